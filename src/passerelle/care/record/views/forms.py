"""What a clinician types: who to find, what to see of a record, why in an emergency."""

from collections.abc import Iterable

from django import forms

from passerelle.care.record.rules.events import EventKind

KINDS = (("", "Tout"), ("documents", "Lettres et comptes rendus"), *((kind.value, kind.label) for kind in EventKind))
_BIRTH_FORMATS = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d%m%Y", "%Y-%m-%d"]
_SHORTEST_REASON = 10
_NOTHING_ASKED = "Donnez au moins trois lettres du nom, un numéro ou une date de naissance."


class FindForm(forms.Form):
    """Find a patient. Sent by POST: names and numbers stay out of addresses and of their logs."""

    text = forms.CharField(
        label="Nom, prénom, IPP ou INS",
        required=False,
        max_length=120,
        help_text="Trois lettres suffisent. Les accents, l’ordre et la casse ne comptent pas.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True}),
    )
    birth_date = forms.DateField(
        label="Date de naissance",
        required=False,
        input_formats=_BIRTH_FORMATS,
        help_text="Par exemple 05/08/1979.",
        error_messages={"invalid": "Écrivez la date ainsi\u00a0: 05/08/1979, avec les quatre chiffres de l’année."},
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("text") and not cleaned.get("birth_date"):
            raise forms.ValidationError(_NOTHING_ASKED)
        return cleaned


class TimelineFilter(forms.Form):
    """What to keep of a record: a plain form in the address, without any identifying value."""

    text = forms.CharField(
        label="Mots",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "data-search": True}),
    )
    establishment = forms.ChoiceField(label="Établissement", required=False)
    kind = forms.ChoiceField(label="Afficher", required=False, choices=KINDS)
    since = forms.DateField(label="Depuis le", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(label="Jusqu’au", required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    sejour = forms.UUIDField(required=False, widget=forms.HiddenInput())

    def __init__(self, data: object, establishments: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # the query of a request
        self.offer(establishments)

    def offer(self, establishments: Iterable[tuple[str, str]]) -> None:
        """Offer these establishments only."""
        field = self.fields["establishment"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", "Tous"), *establishments]

    @property
    def is_narrow(self) -> bool:
        """Tell whether something is left out."""
        return any(self.cleaned_data.values())


class EmergencyForm(forms.Form):
    """Open a record in an emergency: the reason is kept, and the patient reads it."""

    reason = forms.CharField(
        label="Motif de l’accès d’urgence",
        min_length=_SHORTEST_REASON,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Le patient lira ce motif. Par exemple\u00a0: inconscient aux urgences, allergies à connaître.",
        error_messages={
            "required": "Donnez le motif\u00a0: sans lui, l’accès d’urgence ne s’ouvre pas.",
            "min_length": "Donnez un motif qu’une autre personne comprendra (10 caractères au moins).",
        },
    )
    confirmed = forms.BooleanField(
        label="Je prends en charge ce patient, et cet accès est nécessaire à ses soins",
        error_messages={"required": "Cochez cette case\u00a0: un accès d’urgence engage la personne qui l’ouvre."},
    )
