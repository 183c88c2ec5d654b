"""What a patient types: a measure read on a screen, the name of somebody close, a code."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from passerelle.care.devices.rules.catalogue import Kind as MeasureKind
from passerelle.care.devices.rules.crossing import french

_OLDEST = timedelta(days=7)
_TO_COME = "Ce moment n’est pas encore venu."
_TOO_OLD = "Une mesure de plus de sept jours ne se note plus ici. Parlez-en à votre équipe."


def _field_name(code: str) -> str:
    return f"v{code.replace('-', '_')}"


class MeasureForm(forms.Form):
    """The figures of a measure and its moment; what is rare is asked to be read again."""

    def __init__(self, *args: Any, kind: MeasureKind, at: datetime, **more: Any) -> None:
        super().__init__(*args, **more)
        self.kind, self.at = kind, at
        for one in kind.quantities:
            self.fields[_field_name(one.code)] = forms.DecimalField(
                label=one.label,
                help_text=f"En {one.shown}.",
                required=one.code in kind.required,
                localize=True,
                max_digits=8,
                decimal_places=one.decimals,
                widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
            )
        self.fields["measured_at"] = forms.DateTimeField(
            label="Quand",
            widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
            input_formats=["%Y-%m-%dT%H:%M"],
            initial=timezone.localtime(at).replace(second=0, microsecond=0),
        )
        if self.is_bound and self.data.get("needs_word"):
            self._ask_again()

    def _ask_again(self) -> None:
        self.fields["is_sure"] = forms.BooleanField(label="J’ai relu\u00a0: c’est bien ce chiffre", required=False)

    @property
    def values(self) -> dict[str, Decimal]:
        told = {one.code: self.cleaned_data.get(_field_name(one.code)) for one in self.kind.quantities}
        return {code: value for code, value in told.items() if value is not None}

    def clean_measured_at(self) -> datetime:
        """Refuse what is to come, and what is too old to be of use."""
        measured_at: datetime = self.cleaned_data["measured_at"]
        if measured_at > self.at + timedelta(minutes=2):
            raise forms.ValidationError(_TO_COME)
        if measured_at < self.at - _OLDEST:
            raise forms.ValidationError(_TOO_OLD)
        return measured_at

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        for one in self.kind.quantities:
            value = told.get(_field_name(one.code))
            if value is None:
                continue
            low, high = (french(bound, one.decimals) for bound in one.possible)
            if not one.is_possible(value):
                self.add_error(_field_name(one.code), f"Ce chiffre n’est pas possible\u00a0: entre {low} et {high}.")
            elif not one.is_plausible(value) and not told.get("is_sure"):
                self._ask_again()
                self.add_error(_field_name(one.code), "Ce chiffre est rare. Relisez l’écran de l’appareil.")
        self._check_order(told)
        return told

    def _check_order(self, told: dict[str, Any]) -> None:
        high, low = told.get("v8480_6"), told.get("v8462_4")
        if high is not None and low is not None and low >= high:
            self.add_error("v8462_4", "Le chiffre du bas est plus petit que celui du haut.")

    @property
    def asks_again(self) -> bool:
        return "is_sure" in self.fields


class ShareForm(forms.Form):
    label = forms.CharField(
        label="À qui voulez-vous montrer vos mesures", max_length=80, help_text="Par exemple\u00a0: ma fille Anne."
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Le code que votre proche vous a donné",
        max_length=20,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
