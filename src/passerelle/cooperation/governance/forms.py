from typing import Any

from django import forms

from passerelle.cooperation.governance.rules.voting import Choice
from passerelle.cooperation.governance.selectors.ballots import Seat

_LABELS = ((Choice.FOR.value, "Pour"), (Choice.AGAINST.value, "Contre"), (Choice.ABSTAIN.value, "Abstention"))


class VoteForm(forms.Form):
    """One choice, for one establishment; the establishment is asked only of whoever sits for several."""

    establishment = forms.ChoiceField(label="Au nom de")
    choice = forms.ChoiceField(
        label="Votre choix",
        choices=_LABELS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez pour, contre ou abstention."},
    )

    def __init__(self, *args: Any, seats: tuple[Seat, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(seat.establishment, seat.establishment_name) for seat in seats]
        alone = len(choices) == 1
        self.fields["establishment"] = forms.ChoiceField(
            label="Au nom de",
            choices=choices,
            initial=choices[0][0] if alone else None,
            widget=forms.HiddenInput if alone else forms.Select,
        )
