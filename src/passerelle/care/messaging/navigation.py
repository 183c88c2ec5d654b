"""The doors of messages, and what awaits there."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from passerelle.care.messaging.selectors.worklist import waiting_count
from passerelle.core.access.api import Act, Kind, Role, Viewer
from passerelle.core.ui.api import Awaiting, NavEntry, Space, register_navigation


def register() -> None:
    """Register the doors of this package."""
    register_navigation(
        Space.PATIENT, NavEntry(label="Mes messages", url_name="messaging:mine", icon="message", order=32)
    )
    register_navigation(
        Space.CARE,
        NavEntry(
            label="Messages des patients",
            url_name="messaging:worklist",
            icon="message",
            kind=Kind.REQUEST,
            action=Act.DELETE,
            order=22,
            summary="Ce que les patients écrivent à votre équipe, et le délai promis.",
            awaits=awaiting,
        ),
    )


def awaiting(viewer: Viewer, at: datetime) -> Sequence[Awaiting]:
    """Return one sentence for what waits, one more for what is late."""
    if not viewer.has(Role.CLINICIAN):
        return []
    waiting, late = waiting_count(viewer, at=at)
    url = reverse("messaging:worklist")
    found = []
    if late:
        found.append(Awaiting(sentence=f"{_counted(late)} au-delà du délai promis", url=url, action="Répondre"))
    if waiting > late:
        found.append(Awaiting(sentence=f"{_counted(waiting - late)} en attente", url=url, action="Répondre"))
    return found


def _counted(count: int) -> str:
    plural = "s" if count > 1 else ""
    return f"{count} message{plural} de patient{plural}"
