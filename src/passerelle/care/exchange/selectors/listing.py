from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import CharField, Count, F, Func, Min, Q, QuerySet, Value
from django.utils import timezone

from passerelle.care.exchange.models import LaneKey, Message, State
from passerelle.care.exchange.rules.naming import event_name
from passerelle.care.exchange.selectors.scope import visible_to
from passerelle.core.access.api import Viewer
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french

_SHORTEST_PREFIX = 3
_MOST_LANES = 200
_REFUSED = (State.CONFLICT, State.REFUSED)
STATUS_KINDS = {
    State.RECEIVED: "info",
    State.APPLIED: "done",
    State.PARKED: "attention",
    State.SET_ASIDE: "neutral",
    State.CONFLICT: "danger",
    State.REFUSED: "danger",
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked of the list. `text` is an IPP, an INS, an NDA or a control id; the period is in whole days."""

    text: str = ""
    state: str = ""
    establishment: str = ""
    first_date: date | None = None
    last_date: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message in a list."""

    id: UUID
    received_at: datetime
    type: str
    event: str
    sender: str
    establishment_name: str
    control_id: str
    state_label: str
    status_kind: str
    error: str


@dataclass(frozen=True, slots=True)
class MessageList:
    """Latest first; `next_before` asks for the following ones, None at the end."""

    lines: list[MessageLine]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Counters:
    """The last 24 hours for what flows; everything for what waits for somebody."""

    received: int
    applied: int
    waiting: int
    oldest_waiting: timedelta | None
    parked: int
    conflicts: int
    refused: int
    at: datetime

    @property
    def oldest_label(self) -> str:
        """Return the age of the message that has waited longest, in words."""
        return f"le plus ancien attend depuis {french.duration(self.oldest_waiting)}" if self.oldest_waiting else ""


def messages(viewer: Viewer, search: Search, *, limit: int = 50) -> MessageList:
    """Return the messages this viewer may see that match, latest first."""
    rows = Message.objects.filter(visible_to(viewer), _criteria(search))
    if search.text:
        rows = _matching(rows, search.text)
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)}
    found = list(rows.defer("raw", "ack", "keys").order_by("-seq")[: limit + 1])
    lines = [_line(message, names) for message in found[:limit]]
    return MessageList(lines, found[limit - 1].seq if len(found) > limit else None)


def parked(viewer: Viewer) -> tuple[int, datetime | None]:
    """Return how many messages of this viewer wait for a decision, and when the oldest came; None when none waits."""
    waiting = Message.objects.filter(visible_to(viewer), state=State.PARKED)
    found = waiting.aggregate(count=Count("pk"), oldest=Min("received_at"))
    return found["count"], found["oldest"]


def counters(viewer: Viewer, *, at: datetime) -> Counters:
    """Count what flows and what waits, among the messages this viewer may see."""
    mine = Message.objects.filter(visible_to(viewer))
    flow = mine.filter(received_at__gte=at - timedelta(hours=24)).aggregate(
        received=Count("pk"), applied=Count("pk", filter=Q(state=State.APPLIED))
    )
    still = mine.exclude(state__in=[State.APPLIED]).aggregate(
        waiting=Count("pk", filter=Q(state=State.RECEIVED)),
        oldest=Min("received_at", filter=Q(state=State.RECEIVED)),
        parked=Count("pk", filter=Q(state=State.PARKED)),
        conflicts=Count("pk", filter=Q(state=State.CONFLICT)),
        refused=Count("pk", filter=Q(state=State.REFUSED)),
    )
    return Counters(
        received=flow["received"],
        applied=flow["applied"],
        waiting=still["waiting"],
        oldest_waiting=at - still["oldest"] if still["oldest"] else None,
        parked=still["parked"],
        conflicts=still["conflicts"],
        refused=still["refused"],
        at=at,
    )


def _criteria(search: Search) -> Q:
    criteria = Q()
    if search.state:
        criteria &= Q(state=search.state)
    if search.establishment:
        criteria &= Q(establishment=search.establishment)
    if search.first_date:
        criteria &= Q(received_at__gte=_start_of(search.first_date))
    if search.last_date:
        criteria &= Q(received_at__lt=_start_of(search.last_date + timedelta(days=1)))
    if search.before is not None:
        criteria &= Q(seq__lt=search.before)
    return criteria


def _matching(rows: QuerySet[Message], text: str) -> QuerySet[Message]:
    """Match a control id or an identifier; what was refused has no lane, so its own identifiers are read."""
    asked = "".join(text.split())
    values = Q(value=asked) if len(asked) < _SHORTEST_PREFIX else Q(value__startswith=asked)
    lanes = list(LaneKey.objects.filter(values).order_by().values_list("lane", flat=True).distinct()[:_MOST_LANES])
    carried = Func(F("keys"), Value("\n"), function="array_to_string", output_field=CharField())
    return rows.alias(carried=carried).filter(
        Q(accepted=True, control_id=text.strip())
        | Q(lane__in=lanes)
        | Q(state__in=_REFUSED, control_id=text.strip())
        | Q(state__in=_REFUSED, carried__contains=asked)
    )


def _start_of(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time.min))


def _line(message: Message, names: dict[str, str]) -> MessageLine:
    return MessageLine(
        id=message.pk,
        received_at=message.received_at,
        type=f"{message.code}^{message.trigger}".strip("^") or "illisible",
        event=event_name(message.code, message.trigger),
        sender=" · ".join(filter(None, [message.sending_facility, message.sending_application])) or "inconnu",
        establishment_name=names.get(message.establishment, ""),
        control_id=message.control_id,
        state_label=message.get_state_display(),
        status_kind=STATUS_KINDS[State(message.state)],
        error=message.error_why,
    )
