"""What awaits a review, what the patient was not told yet, what they asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from passerelle.care.consent.models import Answer, EmergencyReview, NoticeSeen, Question
from passerelle.care.consent.rules.followup import Opening, Stage, stage_of, too_often
from passerelle.core.access import api as access
from passerelle.core.access.api import Role, Viewer
from passerelle.core.parameters.api import legal

HISTORY: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Review:
    """An emergency access and where its review is; `due_at` is when it becomes late."""

    emergency: access.Emergency
    stage: Stage
    due_at: datetime
    note: str
    by_name: str
    reviewed_at: datetime | None
    is_too_often: bool
    was_seen: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to a patient."""

    text: str
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a patient with its answers, the oldest first; `due_at` is when the law wants an answer by."""

    id: UUID
    person_id: UUID
    is_report: bool
    about: str
    text: str
    asked_at: datetime
    by_name: str
    due_at: datetime
    answers: tuple[Reply, ...]


def reviews(viewer: Viewer, *, at: datetime) -> list[Review]:
    """Return the emergency accesses this viewer reviews: of all, or of their establishments; those to review first.

    Within each stage the oldest comes first. A year of them at most; the decision on the page was taken before.
    """
    places = None if viewer.has(Role.DPO) else viewer.establishments_as(Role.DIRECTOR)
    return _reviews(access.emergencies(since=at - HISTORY, establishments=places), at)


def review_of(viewer: Viewer, emergency_id: UUID, *, at: datetime) -> Review | None:
    """Return one of those, None when it is not one of this viewer's."""
    return next((one for one in reviews(viewer, at=at) if one.emergency.id == emergency_id), None)


def _reviews(opened: Sequence[access.Emergency], at: datetime) -> list[Review]:
    days = legal("access.emergency_review_days", timezone.localdate(at)).as_int
    threshold = legal("access.emergency_alarm", timezone.localdate(at)).as_int
    often = too_often([Opening(one.account_id, one.at) for one in opened], threshold=threshold)
    ids = [one.id for one in opened]
    given = {row.emergency_id: row for row in EmergencyReview.objects.filter(emergency_id__in=ids)}
    seen = set(NoticeSeen.objects.filter(emergency_id__in=ids).values_list("emergency_id", flat=True))
    found = []
    for one in opened:
        verdict = given.get(one.id)
        found.append(
            Review(
                emergency=one,
                stage=stage_of(one.at, verdict=verdict.is_justified if verdict else None, days=days, at=at),
                due_at=one.at + timedelta(days=days),
                note=verdict.note if verdict else "",
                by_name=verdict.by_name if verdict else "",
                reviewed_at=verdict.at if verdict else None,
                is_too_often=one.account_id in often,
                was_seen=one.id in seen,
            )
        )
    order = list(Stage)
    return sorted(found, key=lambda row: (order.index(row.stage), row.emergency.at, row.emergency.id))


def unseen_emergencies(person_id: UUID) -> list[access.Emergency]:
    """Return the emergency accesses of a record that its patient has not acknowledged, newest first. Two queries."""
    opened = access.emergencies(person_id=person_id)
    ids = [one.id for one in opened]
    seen = set(NoticeSeen.objects.filter(emergency_id__in=ids).values_list("emergency_id", flat=True)) if ids else set()
    return [one for one in opened if one.id not in seen]


def questions_of(person_id: UUID, *, at: datetime) -> list[Asked]:
    """Return what a patient asked, newest first, with the answers."""
    return _asked(Question.objects.filter(person_id=person_id).order_by("-asked_at", "id"), at)


def questions(*, at: datetime) -> list[Asked]:
    """Return every question: those without an answer first, the oldest first."""
    rows = _asked(Question.objects.filter(asked_at__gte=at - HISTORY).order_by("asked_at", "id"), at)
    return sorted(rows, key=lambda row: bool(row.answers))


def _asked(found: Iterable[Question], at: datetime) -> list[Asked]:
    rows = list(found)
    days = legal("access.question_days", timezone.localdate(at)).as_int
    given: dict[UUID, list[Reply]] = {}
    for reply in Answer.objects.filter(question__in=[row.pk for row in rows]).order_by("at", "id"):
        given.setdefault(reply.question_id, []).append(Reply(reply.text, reply.at, reply.by_name))
    return [
        Asked(
            id=row.id,
            person_id=row.person_id,
            is_report=row.is_report,
            about=row.about,
            text=row.text,
            asked_at=row.asked_at,
            by_name=row.by_name,
            due_at=row.asked_at + timedelta(days=days),
            answers=tuple(given.get(row.id, ())),
        )
        for row in rows
    ]
