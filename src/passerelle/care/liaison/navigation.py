"""The doors of the link with town, and what awaits behind them."""

from datetime import datetime

from django.urls import reverse

from passerelle.care.liaison.rules.clock import Standing
from passerelle.care.liaison.selectors.worklist import letters_to_write, mails_at, referrals_at
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
