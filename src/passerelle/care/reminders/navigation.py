"""The entries of reminders: agendas' keepers, those who read indicators, patients."""

from datetime import datetime

from django.urls import reverse

from passerelle.care.reminders.selectors.letters import waiting_letters
from passerelle.care.reminders.selectors.scope import establishments_of
from passerelle.core.access.api import Act, Kind, Viewer
from passerelle.core.ui.api import Awaiting, NavEntry, Space, register_navigation


def register() -> None:
    register_navigation(
        Space.CARE,
        NavEntry(
            label="Rappels",
            url_name="reminders:tomorrow",
            icon="bell",
            kind=Kind.APPOINTMENT,
            action=Act.UPDATE,
            order=33,
            summary="Ce qui part demain, à qui et pourquoi\u202f; les courriers à imprimer.",
            awaits=awaiting,
        ),
    )
    register_navigation(
        Space.STEERING,
        NavEntry(
            label="Rendez-vous manqués",
            url_name="reminders:missed",
            icon="calendar",
            kind=Kind.INDICATOR,
            action=Act.READ,
            order=46,
            summary="La part des rendez-vous manqués, avant et après les rappels.",
        ),
    )
    register_navigation(
        Space.PATIENT,
        NavEntry(label="Mes rappels", url_name="reminders:choice", icon="bell", order=37),
    )


def awaiting(viewer: Viewer, at: datetime) -> list[Awaiting]:
    count = sum(waiting_letters(establishments_of(viewer), at=at).values())
    if not count:
        return []
    told = "Un courrier de rappel attend" if count == 1 else f"{count} courriers de rappel attendent"
    return [Awaiting(sentence=f"{told} l’impression", url=reverse("reminders:letters"), action="Imprimer")]
