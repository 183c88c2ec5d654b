"""What a town doctor types."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from passerelle.care.liaison.rules.referrals import Urgency
from passerelle.care.liaison.services.reports import TYPES

_DAY = forms.DateInput({"type": "date"}, "%Y-%m-%d")
_NONE = ("", "Choisir…")


class _Coded(forms.Form):
    """Something with a word, and the code it was chosen by."""

    code = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)


class AntecedentForm(_Coded):
    text = forms.CharField(label="Antécédent ou maladie", max_length=200)
    is_active = forms.TypedChoiceField(
        label="Aujourd’hui",
        choices=(("1", "Toujours présent"), ("0", "Terminé ou guéri")),
        coerce=lambda told: told == "1",
        widget=forms.RadioSelect,
        initial="1",
    )
    began_on = forms.DateField(label="Depuis le", required=False, widget=_DAY)
    note = forms.CharField(label="Précision", required=False, max_length=500, widget=forms.Textarea({"rows": 2}))


class AllergyForm(_Coded):
    text = forms.CharField(label="Allergie ou intolérance à", max_length=200)
    category = forms.ChoiceField(
        label="De quelle nature",
        choices=(
            ("medication", "Médicament"),
            ("food", "Aliment"),
            ("environment", "Environnement"),
            ("biologic", "Produit biologique"),
        ),
    )
    criticality = forms.ChoiceField(
        label="Gravité possible",
        choices=(("high", "Grave"), ("low", "Peu grave"), ("unable-to-assess", "Impossible à dire")),
        widget=forms.RadioSelect,
        initial="high",
    )
    reaction = forms.CharField(label="Réaction observée", required=False, max_length=200)
    note = forms.CharField(label="Précision", required=False, max_length=500, widget=forms.Textarea({"rows": 2}))


class MedicineForm(_Coded):
    text = forms.CharField(label="Médicament", max_length=200, help_text="Nom, dosage et forme.")
    dosage = forms.CharField(label="Posologie", max_length=300)
    status = forms.ChoiceField(
        label="Aujourd’hui",
        choices=(("active", "En cours"), ("stopped", "Arrêté")),
        widget=forms.RadioSelect,
        initial="active",
    )
    began_on = forms.DateField(label="Depuis le", required=False, widget=_DAY)
    ended_on = forms.DateField(label="Arrêté le", required=False, widget=_DAY)
    note = forms.CharField(label="Précision", required=False, max_length=500, widget=forms.Textarea({"rows": 2}))

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        began, ended = told.get("began_on"), told.get("ended_on")
        if began and ended and ended < began:
            self.add_error("ended_on", "La fin vient après le début.")
        return told


class ReportForm(forms.Form):
    file = forms.FileField(
        label="Fichier PDF ou CDA",
        help_text="10 Mo au plus. Un PDF qui contient un script ou une pièce jointe est refusé.",
    )
    code = forms.ChoiceField(label="Nature du document", choices=TYPES)
    title = forms.CharField(label="Titre", max_length=150)
    made_on = forms.DateField(label="Date du document", widget=_DAY)

    def clean_made_on(self) -> date:
        told: date = self.cleaned_data["made_on"]
        if self.today and told > self.today:
            raise forms.ValidationError("Cette date n’est pas encore passée.")  # noqa: EM101 - the words people read
        return told

    def __init__(self, *told: Any, today: date | None = None, **more: Any) -> None:
        self.today = today
        super().__init__(*told, **more)


class ReferralForm(forms.Form):
    service = forms.ChoiceField(label="Service demandé")
    urgency = forms.ChoiceField(
        label="Urgence",
        choices=[(one.value, one.label) for one in Urgency],
        widget=forms.RadioSelect,
        initial=Urgency.ROUTINE.value,
        help_text="Pour une urgence vitale, appelez le 15.",
    )
    reason = forms.CharField(label="Motif de l’adressage", max_length=2_000, widget=forms.Textarea({"rows": 4}))
    question = forms.CharField(
        label="Ce que vous attendez du service", required=False, max_length=2_000, widget=forms.Textarea({"rows": 3})
    )
    documents = forms.MultipleChoiceField(
        label="Documents à joindre", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        data: Any = None,
        *,
        services: Sequence[tuple[str, list[tuple[str, str]]]] = (),
        documents: Sequence[tuple[UUID, str]] = (),
    ) -> None:
        super().__init__(data)
        chosen, joined = self.fields["service"], self.fields["documents"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101 - declared above
        assert isinstance(joined, forms.MultipleChoiceField)  # noqa: S101 - declared above
        chosen.choices = [_NONE, *services]
        joined.choices = [(str(id_), label) for id_, label in documents]


class CorrespondenceForm(forms.Form):
    mailbox = forms.EmailField(
        label="Votre boîte de messagerie sécurisée (MSSanté)",
        required=False,
        help_text="Les lettres et les réponses y sont aussi envoyées, avec accusé de lecture.",
    )
    notice_address = forms.EmailField(
        label="Adresse pour les avis",
        required=False,
        help_text="Une adresse ordinaire suffit\u00a0: un avis ne contient ni nom ni information de santé.",
    )
    wants_notices = forms.BooleanField(label="Me prévenir quand quelque chose m’attend", required=False)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("wants_notices") and not told.get("notice_address"):
            self.add_error("notice_address", "Donnez l’adresse où vous prévenir.")
        return told


class StepForm(forms.Form):
    """What a service says with a step of a referral."""

    note = forms.CharField(
        label="Mots pour le médecin", required=False, max_length=2_000, widget=forms.Textarea({"rows": 3})
    )
    appointment_at = forms.DateTimeField(
        label="Date et heure du rendez-vous",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    appointment_place = forms.CharField(label="Lieu du rendez-vous", required=False, max_length=200)


class SearchForm(forms.Form):
    """Words to look for in a nomenclature."""

    mots = forms.CharField(label="Chercher dans la nomenclature", required=False, max_length=80)
