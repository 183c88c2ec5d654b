"""Counts for the metrics of the house and for its alerts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from passerelle.core.notify.models import Line, Message, State
from passerelle.core.notify.sending.declared import declared


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """How one gateway fares now. `late_s`: for how long the oldest message has been due, in seconds."""

    code: str
    label: str
    waiting: int
    doubtful: int
    failed_today: int
    sent_today: int
    late_s: float
    circuit: str
    is_paused: bool


def figures(*, at: datetime) -> list[ChannelFigures]:
    """Return the figures of each declared gateway; two queries."""
    since = at - timedelta(days=1)
    rows: dict[str, Mapping[str, object]] = {
        row["channel"]: row
        for row in Message.objects.filter(Q(settled_at=None) | Q(settled_at__gt=since))
        .values("channel")
        .annotate(
            waiting=Count("pk", filter=Q(state=State.WAITING, due_at__lte=at)),
            doubtful=Count("pk", filter=Q(state=State.DOUBTFUL)),
            failed=Count("pk", filter=Q(state=State.FAILED)),
            sent=Count("pk", filter=Q(state__in=[State.SENT, State.DELIVERED])),
            oldest=Min("due_at", filter=Q(state=State.WAITING, due_at__lte=at)),
        )
        .order_by("channel")
    }
    lines = Line.objects.in_bulk()
    return [_figures(one.code, one.label, rows.get(one.channel) or {}, lines.get(one.code), at) for one in declared()]


def _figures(code: str, label: str, row: Mapping[str, object], line: Line | None, at: datetime) -> ChannelFigures:
    oldest = row.get("oldest")
    return ChannelFigures(
        code=code,
        label=label,
        waiting=_int(row.get("waiting")),
        doubtful=_int(row.get("doubtful")),
        failed_today=_int(row.get("failed")),
        sent_today=_int(row.get("sent")),
        late_s=(at - oldest).total_seconds() if isinstance(oldest, datetime) else 0.0,
        circuit=line.circuit if line else "closed",
        is_paused=bool(line and line.paused_at),
    )


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0
