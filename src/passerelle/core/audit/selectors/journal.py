from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from passerelle.core.audit import labels
from passerelle.core.audit.actions import Action, Outcome
from passerelle.core.audit.models import AuditEvent

PAGE = 50


@dataclass(frozen=True, slots=True)
class JournalQuery:
    """What is looked for; days are inclusive, `before_id` goes on after the page that ended with this event."""

    person_id: UUID | None = None
    actor: str = ""
    action: str = ""
    outcome: str = ""
    first_day: date | None = None
    last_day: date | None = None
    before_id: int | None = None


@dataclass(frozen=True, slots=True)
class JournalRow:
    id: int
    at: datetime
    action_label: str
    is_allowed: bool
    outcome_label: str
    actor_name: str
    role_label: str
    establishment_name: str
    person_id: UUID | None
    target: str
    target_label: str
    reason: str
    line: str

    @property
    def target_id(self) -> str:
        return self.target.partition(":")[2]


@dataclass(frozen=True, slots=True)
class JournalPage:
    rows: tuple[JournalRow, ...]
    next_id: int | None


@dataclass(frozen=True, slots=True)
class LastVerification:
    at: datetime
    is_sound: bool
    events: int
    first_bad: str


def journal_page(query: JournalQuery) -> JournalPage:
    """Return the events found, latest recorded first, fifty at most. Two queries."""
    events = list(_found(query)[: PAGE + 1])
    names = labels.establishment_names()
    shown = events[:PAGE]
    return JournalPage(
        rows=tuple(_row(event, names) for event in shown),
        next_id=shown[-1].pk if len(events) > PAGE else None,
    )


def journal_rows(query: JournalQuery, *, limit: int) -> Iterator[JournalRow]:
    """Yield the events found, for the export, without holding them."""
    names = labels.establishment_names()
    for event in _found(query)[:limit].iterator(chunk_size=2000):
        yield _row(event, names)


def last_verification() -> LastVerification | None:
    """Return what the last verification said, None when there was none."""
    event = AuditEvent.objects.filter(action=Action.AUDIT_VERIFIED.value).order_by("-id").first()
    if event is None:
        return None
    detail = event.detail
    return LastVerification(event.at, bool(detail.get("ok")), int(detail.get("events", 0)), detail.get("first_bad", ""))


def _found(query: JournalQuery) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.order_by("-id")
    exact = {"person_id": query.person_id, "action": query.action, "outcome": query.outcome}
    events = events.filter(**{column: value for column, value in exact.items() if value})
    for word in query.actor.split():
        events = events.filter(actor_name__icontains=word)
    if query.first_day:
        events = events.filter(at__gte=_midnight(query.first_day))
    if query.last_day:
        events = events.filter(at__lt=_midnight(query.last_day + timedelta(days=1)))
    return events.filter(pk__lt=query.before_id) if query.before_id else events


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _row(event: AuditEvent, names: dict[str, str]) -> JournalRow:
    return JournalRow(
        id=event.pk,
        at=event.at,
        action_label=Action(event.action).label,
        is_allowed=event.outcome == Outcome.ALLOWED.value,
        outcome_label=Outcome(event.outcome).label,
        actor_name=event.actor_name,
        role_label=labels.role_label(event.role),
        establishment_name=names.get(event.establishment, event.establishment),
        person_id=event.person_id,
        target=event.target,
        target_label=labels.target_label(event.target),
        reason=event.reason,
        line=str(event.detail.get("line", "")),
    )
