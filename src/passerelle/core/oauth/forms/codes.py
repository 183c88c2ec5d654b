"""Where a patient wants their codes, and the code that came back."""

from typing import Any

from django import forms

_WHERE = "Donnez un numéro de téléphone mobile, ou une adresse électronique."


class WhereForm(forms.Form):
    """A mobile number, or an address."""

    way = forms.ChoiceField(
        label="Où envoyer vos codes",
        choices=[("sms", "Par SMS, sur mon téléphone"), ("email", "Par courriel")],
        widget=forms.RadioSelect,
        initial="sms",
    )
    phone = forms.CharField(
        label="Numéro de téléphone mobile",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label="Adresse électronique",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Cette adresse n’est pas complète."},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.address:
            self.add_error("phone" if self.channel == "sms" else "email", _WHERE)
        return cleaned

    @property
    def channel(self) -> str:
        return str(self.cleaned_data.get("way", "sms"))

    @property
    def address(self) -> str:
        return str(self.cleaned_data.get("phone" if self.channel == "sms" else "email") or "")


class CodeForm(forms.Form):
    """Six digits."""

    code = forms.RegexField(
        r"^\s*\d{3}\s?\d{3}\s*$",
        label="Code à six chiffres",
        error_messages={"required": "Recopiez le code.", "invalid": "Le code a six chiffres."},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())
