from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from passerelle.core.ui.api import french


class SeriesForm(forms.Form):
    """What to show of an indicator. The breakdowns are fixed: by establishment or by site, whole months."""

    by = forms.ChoiceField(
        label="Détail par", choices=[("establishment", "établissement"), ("site", "site")], required=False
    )
    since = forms.ChoiceField(label="Depuis", required=False)
    until = forms.ChoiceField(label="Jusqu’à", required=False)
    place = forms.ChoiceField(label="Mettre en avant", required=False)

    def __init__(
        self, *args: Any, months: Sequence[str] = (), places: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        named = [(month, french.month(date.fromisoformat(f"{month}-01"))) for month in months]
        for name, empty in (("since", "le premier mois"), ("until", "le dernier mois")):
            self.fields[name] = forms.ChoiceField(
                label=self.fields[name].label, choices=[("", empty), *named], required=False
            )
        self.fields["place"] = forms.ChoiceField(
            label="Mettre en avant", choices=[("", "aucun lieu"), *places], required=False
        )
