"""What comes from each sender: the minutes already counted, and the last messages that are not yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from passerelle.core.access.api import Role, Viewer

SLOTS = 48  # half hours of the last 24 hours
SLOT = timedelta(minutes=30)
_MOST_WAITING = 20_000
_SINCE_DAY = timedelta(hours=24)
_TAIL = """
    SELECT received_at, establishment, channel, ack_code,
        CASE establishment WHEN '' THEN '' ELSE sending_facility END AS facility,
        CASE establishment WHEN '' THEN '' ELSE sending_application END AS application,
        CASE WHEN accepted THEN 'accepted' WHEN state = 'conflict' THEN 'conflict' ELSE 'refused' END AS outcome
    FROM exchange_message
    WHERE seq > coalesce((SELECT settled_seq FROM exchange_flowmark WHERE id = 1), 0)
    ORDER BY seq DESC LIMIT 20000
"""
_RATES = f"""
    WITH tail AS MATERIALIZED ({_TAIL}), flows AS (
        SELECT minute, establishment, facility, application, channel, outcome, count
        FROM exchange_flow WHERE minute >= %(since)s
        UNION ALL
        SELECT date_trunc('minute', received_at), establishment, facility, application, channel, outcome, count(*)
        FROM tail WHERE received_at >= %(since)s GROUP BY 1, 2, 3, 4, 5, 6
    )
    SELECT establishment, facility, application, channel, outcome,
        least({SLOTS - 1}, floor(extract(epoch FROM minute - %(since)s) / 1800))::int AS slot,
        sum(count)::bigint, coalesce(sum(count) FILTER (WHERE minute >= %(hour)s), 0)::bigint
    FROM flows GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - our own text
_LAST = f"""
    WITH tail AS MATERIALIZED ({_TAIL})
    SELECT establishment, facility, application, channel, max(last_at) FROM (
        SELECT establishment, facility, application, channel, last_at FROM exchange_sendertotal
        UNION ALL SELECT establishment, facility, application, channel, received_at FROM tail
    ) AS every GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - our own text
_WAITING = f"""
    SELECT establishment, CASE establishment WHEN '' THEN '' ELSE sending_facility END,
        CASE establishment WHEN '' THEN '' ELSE sending_application END, channel, state,
        count(*), min(received_at), count(DISTINCT lane)
    FROM (
        (SELECT establishment, sending_facility, sending_application, channel, state, received_at, lane
         FROM exchange_message WHERE state = 'received' ORDER BY seq LIMIT {_MOST_WAITING})
        UNION ALL
        (SELECT establishment, sending_facility, sending_application, channel, state, received_at, lane
         FROM exchange_message WHERE state = 'parked' ORDER BY seq LIMIT {_MOST_WAITING})
    ) AS waiting GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - our own number


@dataclass(frozen=True, slots=True, order=True)
class Sender:
    """Who sends: establishment of the directory, MSH-4, MSH-3, empty for the senders nobody knows; by which channel."""

    establishment: str
    facility: str
    application: str
    channel: str


@dataclass(slots=True)
class SenderFlow:
    """The last day of a sender, and what of it still waits."""

    sender: Sender
    slots: list[int] = field(default_factory=lambda: [0] * SLOTS)
    day: int = 0
    hour: int = 0
    faulty: int = 0
    last_at: datetime | None = None
    waiting: int = 0
    oldest_waiting_at: datetime | None = None
    parked_lanes: int = 0
    parked: int = 0

    @property
    def fault_share(self) -> float | None:
        """Return the share of the day that was refused or in conflict; None without messages."""
        return self.faulty / self.day if self.day else None


def sender_flows(*, at: datetime) -> dict[Sender, SenderFlow]:
    """Return every sender ever heard, with its last 24 hours; the figures are those of this very moment."""
    flows: dict[Sender, SenderFlow] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        for *who, last_at in cursor.fetchall():
            _of(flows, who).last_at = last_at
        cursor.execute(_RATES, {"since": at - _SINCE_DAY, "hour": at - timedelta(hours=1)})
        for *who, outcome, slot, day, hour in cursor.fetchall():
            flow = _of(flows, who)
            flow.slots[max(slot, 0)] += day
            flow.day += day
            flow.hour += hour
            flow.faulty += day if outcome != "accepted" else 0
        cursor.execute(_WAITING)
        for *who, state, count, oldest_at, lanes in cursor.fetchall():
            _wait(_of(flows, who), state, (count, oldest_at, lanes))
    return flows


def visible_flows(viewer: Viewer, flows: Iterable[SenderFlow]) -> list[SenderFlow]:
    """Keep the flows of the establishments this viewer keeps, and of the senders nobody knows."""
    kept = [flow for flow in flows if not flow.sender.establishment or _keeps(viewer, flow.sender.establishment)]
    return sorted(kept, key=lambda flow: flow.sender)


def _keeps(viewer: Viewer, establishment: str) -> bool:
    return viewer.has(Role.INTEGRATOR, establishment)


def _of(flows: dict[Sender, SenderFlow], who: Sequence[str]) -> SenderFlow:
    sender = Sender(*who)
    return flows.setdefault(sender, SenderFlow(sender))


def _wait(flow: SenderFlow, state: str, waiting: tuple[int, datetime, int]) -> None:
    count, oldest_at, lanes = waiting
    if state == "parked":
        flow.parked, flow.parked_lanes = count, lanes
    else:
        flow.waiting, flow.oldest_waiting_at = count, oldest_at
