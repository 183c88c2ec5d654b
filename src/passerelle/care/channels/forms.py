import re
from uuid import UUID

from django import forms

from passerelle.care.channels.selectors.declarations import all_channels

_ADDRESS = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class RestoreForm(forms.Form):
    reason = forms.CharField(
        label="Pourquoi revenez-vous à cette version ?", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class CompareForm(forms.Form):
    de = forms.IntegerField(label="De la version", min_value=1)
    a = forms.IntegerField(label="À la version", min_value=1)


class TrialForm(forms.Form):
    """A content pasted, or the address of a stored message; the channel when the content cannot say it."""

    texte = forms.CharField(
        label="Message à essayer",
        required=False,
        max_length=2_000_000,
        strip=False,
        help_text="Un message HL7 v2, un document CDA ou une ressource FHIR.",
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )
    adresse = forms.CharField(
        label="Ou l’adresse d’un message reçu", required=False, max_length=300, help_text="Copiée depuis sa page."
    )
    canal = forms.ChoiceField(label="Canal", required=False, help_text="Pour un document ou une ressource FHIR.")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # the stubs spell each argument
        choices = [("", "Celui de l’émetteur"), *((one.code, one.label) for one in all_channels())]
        self.fields["canal"] = forms.ChoiceField(
            label="Canal", required=False, choices=choices, help_text="Pour un document ou une ressource FHIR."
        )

    def clean_adresse(self) -> UUID | None:
        """Return the identifier that the address holds; None when none is given."""
        given = str(self.cleaned_data["adresse"]).strip()
        found = _ADDRESS.search(given)
        if given and found is None:
            message = "Cette adresse ne contient pas l’identifiant d’un message."
            raise forms.ValidationError(message)
        return UUID(found[0]) if found else None

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("texte", "").strip() and cleaned.get("adresse") is None:
            self.add_error("texte", "Collez un message, ou donnez l’adresse d’un message reçu.")
        return cleaned
