"""The doors of remote monitoring, and what awaits behind them."""

from datetime import datetime

from django.urls import reverse

from passerelle.care.devices.selectors.worklist import held_rows, late_count
from passerelle.core.access.api import Act, Kind, Viewer
from passerelle.core.ui.api import Awaiting, NavEntry, Space, register_navigation


def register() -> None:
    register_navigation(
        Space.PATIENT,
        NavEntry(
            label="Mes mesures",
            url_name="devices:mine",
            icon="activity",
            kind=Kind.OBSERVATION,
            action=Act.EXPORT,
            order=32,
            summary="Vos appareils, vos mesures, qui les voit.",
        ),
    )
    register_navigation(
        Space.CARE,
        NavEntry(
            label="Télésurveillance",
            url_name="devices:alerts",
            icon="activity",
            kind=Kind.DEVICE,
            action=Act.CREATE,
            order=25,
            summary="Alertes, personnes suivies à distance, appareils remis.",
            awaits=awaiting,
        ),
    )


def awaiting(viewer: Viewer, at: datetime) -> list[Awaiting]:
    """Return what awaits the team: alerts that nobody has taken, messages to check."""
    waiting, late = late_count(viewer, at=at)
    found = []
    if waiting:
        told = "Une alerte attend d’être prise" if waiting == 1 else f"{waiting} alertes attendent d’être prises"
        told += f", {late} en retard" if late else ""
        found.append(Awaiting(sentence=told, url=reverse("devices:alerts"), action="Prendre"))
    held = len(held_rows(viewer))
    if held:
        told = "Une mesure est à vérifier" if held == 1 else f"{held} mesures sont à vérifier"
        found.append(Awaiting(sentence=told, url=reverse("devices:held"), action="Vérifier"))
    return found
