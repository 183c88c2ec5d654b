from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min

from passerelle.care.exchange.models import Message, State
from passerelle.care.exchange.rules.naming import event_name
from passerelle.care.exchange.selectors.asked import Search
from passerelle.care.exchange.selectors.finding import find
from passerelle.care.exchange.selectors.scope import visible_to
from passerelle.core.access.api import Viewer
from passerelle.core.directory import api as directory

STATUS_KINDS = {
    State.RECEIVED: "info",
    State.APPLIED: "done",
    State.PARKED: "attention",
    State.SET_ASIDE: "neutral",
    State.CONFLICT: "danger",
    State.REFUSED: "danger",
}


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message in a list."""

    id: UUID
    seq: int
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


def messages(viewer: Viewer, search: Search, *, limit: int = 50) -> MessageList:
    """Return the messages this viewer may see that match, latest first."""
    found = find(viewer, search, limit=limit)
    return MessageList(lines_of(found.ranks), found.next_before)


def lines_of(ranks: Sequence[int]) -> list[MessageLine]:
    """Return the lines of these ranks, latest first."""
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)}
    rows = Message.objects.filter(seq__in=ranks).defer("raw", "ack", "keys").order_by("-seq")
    return [_line(message, names) for message in rows]


def parked(viewer: Viewer) -> tuple[int, datetime | None]:
    """Return how many messages of this viewer wait for a decision, and when the oldest came; None when none waits."""
    waiting = Message.objects.filter(visible_to(viewer), state=State.PARKED)
    found = waiting.aggregate(count=Count("pk"), oldest=Min("received_at"))
    return found["count"], found["oldest"]


def _line(message: Message, names: dict[str, str]) -> MessageLine:
    return MessageLine(
        id=message.pk,
        seq=message.seq,
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
