"""The entry of messages to people in the care space, beside the exchanges."""

from datetime import datetime

from django.urls import reverse

from passerelle.core.access.api import Act, Kind, Viewer
from passerelle.core.notify.selectors.figures import figures
from passerelle.core.notify.selectors.scope import keeps_all
from passerelle.core.ui.api import Awaiting, NavEntry, Space, register_navigation


def register() -> None:
    register_navigation(
        Space.CARE,
        NavEntry(
            label="SMS et courriels",
            url_name="notify:queue",
            icon="mail",
            kind=Kind.MESSAGE,
            action=Act.SEARCH,
            order=64,
            summary="Ce qui part vers les personnes, ce qui attend, ce qui n’est pas remis.",
            awaits=awaiting,
        ),
    )


def awaiting(viewer: Viewer, at: datetime) -> list[Awaiting]:
    if not keeps_all(viewer):
        return []
    doubtful = sum(one.doubtful for one in figures(at=at))
    if not doubtful:
        return []
    told = "Un message est peut-être parti" if doubtful == 1 else f"{doubtful} messages sont peut-être partis"
    return [
        Awaiting(
            sentence=f"{told}, sans réponse de la passerelle",
            url=f"{reverse('notify:queue')}?etat=doubtful",
            action="Voir",
        )
    ]
