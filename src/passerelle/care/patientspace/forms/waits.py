"""How long a kind of piece waits at an establishment."""

from collections.abc import Sequence
from typing import Any

from django import forms

from passerelle.care.patientspace.rules.release import KINDS, LONGEST


class WaitForm(forms.Form):
    """One delay; none at all is zero."""

    establishment = forms.ChoiceField(label="Établissement")
    kind = forms.ChoiceField(label="Sorte de pièce", choices=tuple(KINDS.items()))
    days = forms.IntegerField(
        label="Attente la plus longue, en jours",
        min_value=0,
        max_value=LONGEST,
        help_text=f"De 0 à {LONGEST}. À 0, le patient voit la pièce dès qu’elle arrive.",
        error_messages={
            "required": "Donnez un nombre de jours.",
            "invalid": "Donnez un nombre entier de jours.",
            "min_value": "Donnez 0 jour ou plus.",
            "max_value": f"Donnez {LONGEST} jours au plus.",
        },
    )

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["establishment"] = forms.ChoiceField(label="Établissement", choices=places)
