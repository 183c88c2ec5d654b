"""Forms of the pages where agendas are declared."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from passerelle.care.appointments.rules.vocabulary import WEEKDAYS
from passerelle.care.appointments.selectors.defined import is_known
from passerelle.care.appointments.selectors.rows import AgendaRow, KindRow
from passerelle.core.directory import api as directory


def _date(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def _time(label: str) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class AgendaForm(forms.Form):
    """An agenda."""

    name = forms.CharField(label="Nom de l’agenda", max_length=120)
    site = forms.ChoiceField(label="Site")
    practitioner = forms.CharField(label="Professionnel", max_length=120, required=False)
    place = forms.CharField(
        label="Lieu d’accueil", max_length=160, required=False, help_text="Bâtiment, étage, salle : le patient le lit."
    )
    seats = forms.IntegerField(label="Personnes reçues en même temps, au plus", min_value=1, max_value=50, initial=1)
    is_active = forms.BooleanField(label="Ouvert à la réservation", required=False, initial=True)

    def __init__(self, data: Any, *, establishment: str, held: AgendaRow | None = None) -> None:
        super().__init__(data, initial=_told(held) if held else None)
        self._establishment, self._held = establishment, held
        sites = [(one.code, one.name) for one in directory.sites(establishment)]
        self.fields["site"].choices = sites or [(establishment, "Site unique")]  # type: ignore[attr-defined]  # a choice field

    def clean_name(self) -> str:
        """Refuse the name of another agenda."""
        name = str(self.cleaned_data["name"]).strip()
        if is_known(self._establishment, name, but=self._held.id if self._held else None):
            msg = "Un agenda de cet établissement porte déjà ce nom."
            raise forms.ValidationError(msg)
        return name


def _told(held: AgendaRow) -> dict[str, Any]:
    return {name: getattr(held, name) for name in ("name", "site", "practitioner", "place", "seats", "is_active")}


class HoursForm(forms.Form):
    """Hours to open."""

    starts = _time("De")
    ends = _time("À (exclu)")
    step_minutes = forms.IntegerField(label="Un créneau toutes les (minutes)", min_value=5, max_value=600, initial=30)
    capacity = forms.IntegerField(label="Personnes par créneau", min_value=1, max_value=50, initial=1)
    kinds = forms.MultipleChoiceField(
        label="Natures",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Sans choix : toutes les natures.",
    )

    def __init__(self, data: Any, *, kinds: list[KindRow]) -> None:
        super().__init__(data)
        self.fields["kinds"].choices = [(one.code, one.label) for one in kinds]  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        """Refuse hours that end before they begin."""
        told = super().clean() or self.cleaned_data
        if told.get("starts") and told.get("ends") and told["ends"] <= told["starts"]:
            self.add_error("ends", "L’heure de fin vient après celle de début.")
        return told


class WeeklyForm(HoursForm):
    """Hours of each week."""

    weekdays = forms.TypedMultipleChoiceField(
        label="Jours",
        choices=[(str(number), name.capitalize()) for number, name in enumerate(WEEKDAYS)],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    valid_from = _date("À partir du")
    valid_until = _date("Jusqu’au (exclu)", required=False)
    field_order = ("weekdays", "starts", "ends", "step_minutes", "capacity", "valid_from", "valid_until", "kinds")

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        told = super().clean()
        if told.get("valid_until") and told.get("valid_from") and told["valid_until"] <= told["valid_from"]:
            self.add_error("valid_until", "La fin vient après le début.")
        return told


class OnceForm(HoursForm):
    """Hours of one day."""

    day = _date("Jour")
    field_order = ("day", "starts", "ends", "step_minutes", "capacity", "kinds")


class ClosureForm(forms.Form):
    """A closure; the hours are those of Paris."""

    first_day = _date("Du")
    first_hour = forms.TimeField(label="à partir de", initial=time(0), widget=forms.TimeInput(attrs={"type": "time"}))
    last_day = _date("Au")
    last_hour = forms.TimeField(
        label="jusqu’à (exclu)", initial=time(23, 59), widget=forms.TimeInput(attrs={"type": "time"})
    )
    reason = forms.CharField(label="Raison, pour les équipes", max_length=200)
    is_of_all = forms.BooleanField(label="Fermer tous les agendas de l’établissement", required=False)

    def clean(self) -> dict[str, Any]:
        """Make the two moments, and refuse an end before the beginning."""
        told = super().clean() or self.cleaned_data
        if self.errors:
            return told
        zone = timezone.get_default_timezone()
        told["starts_at"] = datetime.combine(told["first_day"], told["first_hour"], tzinfo=zone)
        told["ends_at"] = datetime.combine(told["last_day"], told["last_hour"], tzinfo=zone)
        if told["ends_at"] <= told["starts_at"]:
            self.add_error("last_day", "La fin vient après le début.")
        return told
