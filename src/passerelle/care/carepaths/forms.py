"""What a team writes: the beginning of a protocol, why a task is set aside, a new date, an end."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms

_NOT_YET = "Ce jour n’est pas encore venu."
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class BeginForm(forms.Form):
    """Have a patient follow a protocol."""

    protocol = forms.ChoiceField(
        label="Protocole", widget=forms.RadioSelect, error_messages={"required": "Choisissez un protocole."}
    )
    anchor = forms.DateField(
        label="Date de départ",
        widget=_DAY,
        help_text="La date de l’opération, ou celle de la sortie, selon le protocole.",
        error_messages={"required": "Donnez la date.", "invalid": "Donnez une date, par exemple 03/12/2026."},
    )
    file = forms.ChoiceField(label="Établissement", error_messages={"required": "Choisissez l’établissement."})

    def __init__(
        self,
        *args: Any,
        protocols: Sequence[tuple[str, str]] = (),
        files: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, told in (("protocol", protocols), ("file", files)):
            cast("forms.ChoiceField", self.fields[name]).choices = list(told)


class DoneForm(forms.Form):
    """The day a task was done."""

    on = forms.DateField(label="Fait le", widget=_DAY, error_messages={"required": "Donnez le jour."})

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self) -> date:
        """Refuse a day to come."""
        told: date = self.cleaned_data["on"]
        if told > self.today:
            raise forms.ValidationError(_NOT_YET)
        return told


class ReasonForm(forms.Form):
    """Why a task is set aside, or a protocol stopped."""

    reason = forms.CharField(
        label="Motif",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Dites pourquoi\u00a0: le motif reste dans le suivi."},
    )


class MoveForm(forms.Form):
    """A new anchor date."""

    anchor = forms.DateField(
        label="Nouvelle date de départ",
        widget=_DAY,
        help_text="Tout le calendrier se déplace. Ce qui est fait reste fait.",
        error_messages={"required": "Donnez la date.", "invalid": "Donnez une date, par exemple 03/12/2026."},
    )
