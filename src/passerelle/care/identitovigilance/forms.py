"""What officers and clerks type."""

from datetime import date
from typing import Any

from django import forms

from passerelle.care.identitovigilance.models import Verdict
from passerelle.care.identitovigilance.rules.signing import EVIDENCES

_SEXES = (("", "Choisir"), ("F", "Féminin"), ("M", "Masculin"), ("U", "Indéterminé"))


class WorkFilter(forms.Form):
    """What of the work list is shown."""

    etablissement = forms.ChoiceField(label="Établissement", required=False)
    gravite = forms.ChoiceField(
        label="Gravité",
        required=False,
        choices=(("", "Toutes"), ("3", "Grave"), ("2", "Sérieuse"), ("1", "Légère")),
    )
    ordre = forms.ChoiceField(
        label="Ordre",
        required=False,
        choices=(("", "Équitable"), ("anciennes", "Les plus anciennes"), ("probables", "Les plus probables")),
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["etablissement"].choices = [("", "Tous"), *places]  # type: ignore[attr-defined]


class RulingForm(forms.Form):
    """A decision on a pair."""

    verdict = forms.ChoiceField(choices=[(one.value, one.label) for one in Verdict], widget=forms.HiddenInput)
    survivor = forms.UUIDField(required=False)
    evidence = forms.ChoiceField(label="Preuve examinée", required=False, choices=list(EVIDENCES.items()))
    reason = forms.CharField(label="Motif", required=False, max_length=500)


class SignatureForm(forms.Form):
    """A second signature."""

    agrees = forms.ChoiceField(choices=(("oui", "oui"), ("non", "non")))
    note = forms.CharField(label="Note", required=False, max_length=500)


class UndoForm(forms.Form):
    """Why a union is undone."""

    reason = forms.CharField(
        label="Motif de la séparation",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites pourquoi\u00a0: la séparation est signée et gardée."},
    )


class FindForm(forms.Form):
    """The one field of the admission desk. Sent by POST: names stay out of addresses and of their logs."""

    text = forms.CharField(
        label="Nom et date, IPP ou INS",
        max_length=120,
        help_text="Trois lettres puis la date, sans espace\u00a0: «\u00a0dur1203\u00a0» suffit souvent,"
        " «\u00a0dur120357\u00a0» est sûr. Ou la fin d’un IPP, ou une INS.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Tapez un nom, un numéro ou une date."},
    )


class NewcomerForm(forms.Form):
    """A newcomer, in the order of the identity document: the strict traits first. Source: RNIV 1, strict traits."""

    birth_name = forms.CharField(label="Nom de naissance", max_length=100)
    given_names = forms.CharField(
        label="Prénoms de naissance", max_length=100, help_text="Tous, dans l’ordre de la pièce, séparés par un espace."
    )
    birth_date = forms.DateField(
        label="Date de naissance",
        input_formats=["%d/%m/%Y", "%d%m%Y"],
        help_text="Jour, mois, année sur quatre chiffres\u00a0: 12/03/1957.",
        error_messages={"invalid": "Écrivez le jour, le mois et les quatre chiffres de l’année\u00a0: 12/03/1957."},
    )
    sex = forms.ChoiceField(label="Sexe", choices=_SEXES)
    birth_place = forms.RegexField(
        label="Lieu de naissance (code INSEE)",
        required=False,
        regex=r"^(?:\d{5}|2[ABab]\d{3})$",
        help_text="Cinq caractères\u00a0: commune en France, 99 puis le pays à l’étranger.",
        error_messages={"invalid": "Cinq caractères\u00a0: 13055 pour Marseille, 99352 pour l’Algérie."},
    )
    used_name = forms.CharField(label="Nom utilisé", required=False, max_length=100)
    phone = forms.CharField(label="Téléphone", required=False, max_length=20)
    establishment = forms.ChoiceField(label="Établissement d’accueil")
    reason = forms.CharField(label="Motif de création malgré la ressemblance", required=False, max_length=500)

    def __init__(self, *args: Any, places: list[tuple[str, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self.fields["establishment"].choices = places  # type: ignore[attr-defined]
        for name in ("birth_name", "given_names", "birth_date", "birth_place", "used_name", "phone"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_birth_date(self) -> date:
        """Refuse a date to come."""
        born: date = self.cleaned_data["birth_date"]
        if born > self._today:
            why = "Cette date est à venir."
            raise forms.ValidationError(why, code="future")
        return born
