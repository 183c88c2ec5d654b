"""What the cell enters: what a paper act takes, how many hours of paper work an establishment has."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from passerelle.core.ui.api import french


class PeriodForm(forms.Form):
    """What to show: one establishment or all, the last month shown."""

    place = forms.ChoiceField(label="Établissement", required=False)
    until = forms.ChoiceField(label="Jusqu’à", required=False)

    def __init__(
        self, *args: Any, places: Sequence[tuple[str, str]] = (), months: Sequence[date] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        named = [(month.isoformat()[:7], french.month(month)) for month in reversed(months)]
        self.fields["place"] = forms.ChoiceField(
            label="Établissement", choices=[("", "tout le groupement"), *places], required=False
        )
        self.fields["until"] = forms.ChoiceField(label="Jusqu’à", choices=named, required=False)


class _EntryForm(forms.Form):
    since = forms.DateField(
        label="À partir du mois de",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="La valeur vaut à partir du premier jour de ce mois. Les mois d’avant gardent la leur.",
        error_messages={"required": "Donnez le premier mois.", "invalid": "Donnez une date, par exemple 01/11/2026."},
    )
    source = forms.CharField(
        label="D’où vient cette valeur",
        max_length=300,
        help_text="Par exemple\u00a0: chronométrage de 40 appels au secrétariat de chirurgie, octobre 2026.",
        error_messages={"required": "Dites d’où vient cette valeur."},
    )


class TimingForm(_EntryForm):
    """Minutes of a paper act."""

    minutes = forms.DecimalField(
        label="Durée de l’acte sur papier, en minutes",
        min_value=0,
        max_value=480,
        max_digits=5,
        decimal_places=1,
        localize=True,
        error_messages={"required": "Donnez une durée.", "invalid": "Donnez un nombre de minutes, par exemple 4,5."},
    )
    field_order = ("minutes", "since", "source")


class HoursForm(_EntryForm):
    """Hours of paper work of an establishment."""

    establishment = forms.ChoiceField(label="Établissement")
    hours = forms.IntegerField(
        label="Heures par mois de travail administratif sans le patient",
        min_value=1,
        max_value=1_000_000,
        error_messages={"required": "Donnez un nombre d’heures.", "invalid": "Donnez un nombre entier d’heures."},
    )
    field_order = ("establishment", "hours", "since", "source")

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["establishment"] = forms.ChoiceField(label="Établissement", choices=list(places))
