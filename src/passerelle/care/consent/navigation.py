"""The doors of those who follow the choices, and what awaits them there."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from passerelle.care.consent.rules.followup import Stage
from passerelle.care.consent.selectors.followup import questions, reviews
from passerelle.core.access.api import Act, Kind, Viewer
from passerelle.core.ui.api import Awaiting, NavEntry, Space, register_navigation


def register() -> None:
    """Register the doors of this package."""
    register_navigation(
        Space.STEERING,
        NavEntry(
            label="Accès d’urgence à revoir",
            url_name="consent:emergencies",
            icon="bell",
            kind=Kind.ACCESS,
            action=Act.VERIFY,
            order=62,
            summary="Qui a ouvert un dossier en urgence, et si c’était justifié.",
            awaits=reviews_awaiting,
        ),
    )
    register_navigation(
        Space.STEERING,
        NavEntry(
            label="Questions des patients",
            url_name="consent:questions",
            icon="message",
            kind=Kind.ACCESS,
            action=Act.EXPORT,
            order=63,
            summary="Ce que les patients demandent sur les accès à leur dossier.",
            awaits=questions_awaiting,
        ),
    )
    register_navigation(
        Space.STEERING,
        NavEntry(
            label="Oppositions",
            url_name="consent:oppositions",
            icon="shield",
            kind=Kind.ACCESS,
            action=Act.EXPORT,
            order=64,
            summary="Qui s’oppose à quoi, en vigueur aujourd’hui.",
        ),
    )


def reviews_awaiting(viewer: Viewer, at: datetime) -> Sequence[Awaiting]:
    """Return one sentence for what is to review, one more for what is late."""
    stages = [row.stage for row in reviews(viewer, at=at)]
    late, pending = stages.count(Stage.LATE), stages.count(Stage.TO_REVIEW)
    url = reverse("consent:emergencies")
    found = []
    if late:
        found.append(Awaiting(sentence=_counted(late, "en retard de relecture"), url=url, action="Revoir"))
    if pending:
        found.append(Awaiting(sentence=_counted(pending, "à revoir"), url=url, action="Revoir"))
    return found


def _counted(count: int, what: str) -> str:
    return f"{count} accès d’urgence {what}"


def questions_awaiting(viewer: Viewer, at: datetime) -> Sequence[Awaiting]:
    """Return one sentence for the questions without an answer."""
    waiting = sum(not one.answers for one in questions(at=at)) if viewer.may(Kind.ACCESS, Act.EXPORT) else 0
    if not waiting:
        return []
    plural = "s" if waiting > 1 else ""
    sentence = f"{waiting} question{plural} de patient{plural} sans réponse"
    return [Awaiting(sentence=sentence, url=reverse("consent:questions"), action="Répondre")]
