"""The doors of appointments, and what awaits behind them."""

from datetime import datetime

from django.urls import reverse

from passerelle.care.appointments.selectors.days import places_of
from passerelle.care.appointments.selectors.lists import waiting_list
from passerelle.core.access.api import Act, Kind, Viewer
from passerelle.core.ui.api import Awaiting, NavEntry, Space, register_navigation


def register() -> None:
    """Put the pages in the navigation."""
    register_navigation(
        Space.PATIENT,
        NavEntry(label="Mes rendez-vous", url_name="appointments:mine", icon="calendar", order=15),
    )
    register_navigation(
        Space.CARE,
        NavEntry(
            label="Agendas",
            url_name="appointments:agendas",
            icon="calendar",
            kind=Kind.APPOINTMENT,
            action=Act.EXPORT,
            order=12,
            summary="Qui vient aujourd’hui, arrivées et absences, places libres, liste d’attente.",
            awaits=awaiting_desk,
        ),
    )


def awaiting_desk(viewer: Viewer, at: datetime) -> list[Awaiting]:
    """Return what awaits the desk: who asked to come earlier."""
    waiting = len(waiting_list(places_of(viewer), at=at))
    if not waiting:
        return []
    told = (
        "Une personne attend une place plus tôt"
        if waiting == 1
        else f"{waiting} personnes attendent une place plus tôt"
    )
    return [Awaiting(sentence=told, url=reverse("appointments:waiting"), action="Voir")]
