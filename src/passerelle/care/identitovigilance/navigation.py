"""The doors of the desk in the care space, and what awaits behind them."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from passerelle.care.matching import api as matching
from passerelle.core.access.api import Act, Kind, Viewer
from passerelle.core.ui.api import Awaiting, NavEntry, Space, register_navigation


def work_awaiting(_viewer: Viewer, _at: datetime) -> Sequence[Awaiting]:
    """Return what awaits the identity cell: « 12 paires à décider »."""
    count = matching.count_open_pairs()
    if not count:
        return ()
    plural = "s" if count > 1 else ""
    sentence = f"{count} paire{plural} d’identités à décider."
    return (Awaiting(sentence=sentence, url=reverse("identitovigilance:home"), action="Décider"),)


def register() -> None:
    register_navigation(
        Space.CARE,
        NavEntry(
            label="Identitovigilance",
            url_name="identitovigilance:home",
            icon="vote",
            kind=Kind.IDENTITY,
            action=Act.MERGE,
            order=2,
            summary="Décider des paires, défaire une fusion, suivre les collisions.",
            awaits=work_awaiting,
        ),
    )
    register_navigation(
        Space.CARE,
        NavEntry(
            label="Qualité des identités",
            url_name="identitovigilance:quality",
            icon="indicator",
            kind=Kind.IDENTITY,
            action=Act.HISTORY,
            order=7,
            summary="Doublons, collisions, part d’identités qualifiées, travail de la cellule.",
        ),
    )
    register_navigation(
        Space.CARE,
        NavEntry(
            label="Accueil des patients",
            url_name="identitovigilance:desk",
            icon="sign-in",
            kind=Kind.IDENTITY,
            action=Act.CREATE,
            order=4,
            summary="Retrouver quelqu’un en quelques touches, ou ouvrir un dossier sans créer de doublon.",
        ),
    )
