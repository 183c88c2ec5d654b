"""The doors of the link with town, and what awaits behind them."""

from datetime import datetime

from django.urls import reverse

from passerelle.care.liaison.rules.clock import Standing
from passerelle.care.liaison.selectors.worklist import count_late, letters_to_write, mails_at, referrals_at
from passerelle.core.access.api import Act, Kind, Role, Viewer
from passerelle.core.ui.api import Awaiting, NavEntry, Space, register_navigation


def register() -> None:
    register_navigation(
        Space.CARE,
        NavEntry(
            label="Lien avec la ville",
            url_name="liaison:worklist",
            icon="send",
            kind=Kind.LIAISON,
            action=Act.SEARCH,
            order=20,
            summary="Lettres de liaison, adressages et courriels des médecins de ville.",
            awaits=awaiting_hospital,
        ),
    )
    register_navigation(
        Space.CARE,
        NavEntry(
            label="Mes patients",
            url_name="ville:patients",
            icon="patients",
            kind=Kind.LIAISON,
            action=Act.CREATE,
            order=5,
            summary="Ce qui arrive à vos patients à l’hôpital, ce que vous lui transmettez.",
        ),
    )
    register_navigation(
        Space.STEERING,
        NavEntry(
            label="Lettres de liaison",
            url_name="liaison:oversight",
            icon="send",
            kind=Kind.LIAISON,
            action=Act.HISTORY,
            order=40,
            summary="Si les lettres partent le jour de la sortie, service par service.",
            awaits=awaiting_director,
        ),
    )


def awaiting_director(viewer: Viewer, at: datetime) -> list[Awaiting]:
    """Return how many letters have not left on the day after: what is escalated to who directs the hospital."""
    places = sorted(viewer.establishments_as(Role.DIRECTOR))
    late = count_late(places, standing=Standing.NEXT_DAY, at=at) if places else 0
    if not late:
        return []
    told = (
        "Une lettre n’est pas partie le lendemain" if late == 1 else f"{late} lettres ne sont pas parties le lendemain"
    )
    return [Awaiting(sentence=f"{told} de la sortie", url=reverse("liaison:oversight"), action="Voir")]


def awaiting_hospital(viewer: Viewer, at: datetime) -> list[Awaiting]:
    """Return what awaits the clinicians of an establishment."""
    places = sorted(viewer.establishments_as(Role.CLINICIAN))
    if not places:
        return []
    late = sum(one.standing is not Standing.DUE for one in letters_to_write(places, at=at))
    found = []
    if late:
        told = "Une lettre de liaison est en retard" if late == 1 else f"{late} lettres de liaison sont en retard"
        found.append(Awaiting(sentence=told, url=reverse("liaison:worklist"), action="Écrire"))
    asked = sum(one.state.value == "sent" for one in referrals_at(places))
    if asked:
        told = "Un adressage attend d’être lu" if asked == 1 else f"{asked} adressages attendent d’être lus"
        found.append(Awaiting(sentence=told, url=reverse("liaison:referrals"), action="Lire"))
    mails = len(mails_at(places))
    if mails:
        told = "Un courriel reçu attend" if mails == 1 else f"{mails} courriels reçus attendent"
        found.append(Awaiting(sentence=told, url=reverse("liaison:mails"), action="Classer"))
    return found
