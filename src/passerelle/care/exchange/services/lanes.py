"""Put each new message on the lane of its patient. One router at a time, so that lanes join without a race."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import connection, transaction

from passerelle.care.exchange.rows import Table
from passerelle.care.exchange.rules.keys import value_of
from passerelle.care.exchange.statements import ask, commit_soon, copy_new, expect_many_rows

_ROUTER_LOCK = 7_402_001
_GROUP = 1000
_KEYS: Final = Table("exchange_lanekey", {"key": "text", "value": "text", "lane": "bigint"})
_LANES_OF = "SELECT key, lane FROM exchange_lanekey WHERE key = ANY(%b::text[])"
_ROUTE = """
    UPDATE exchange_message message SET
        lane = given.lane,
        held = EXISTS (SELECT FROM exchange_message parked
                       WHERE parked.lane = given.lane AND parked.state = 'parked' AND parked.seq < message.seq)
    FROM unnest(%b::bigint[], %b::bigint[]) AS given (seq, lane)
    WHERE message.seq = given.seq
"""


@dataclass(slots=True)
class _Plan:
    """What a group of messages changes: the lane of each, the keys to learn, the lanes that become another."""

    lane_of_key: dict[str, int]
    lane_of_message: dict[int, int] = field(default_factory=dict)
    learnt: dict[str, int] = field(default_factory=dict)
    joined: dict[int, int] = field(default_factory=dict)

    def current(self, lane: int) -> int:
        while lane in self.joined:
            lane = self.joined[lane]
        return lane

    def place(self, seq: int, keys: Sequence[str]) -> None:
        known = {self.current(self.lane_of_key[key]) for key in keys if key in self.lane_of_key}
        lane = min(known, default=seq)
        for other in known - {lane}:
            self.joined[other] = lane
        for key in keys:
            if key not in self.lane_of_key:
                self.learnt[key] = self.lane_of_key[key] = lane
        self.lane_of_message[seq] = lane


def route_new_messages() -> int:
    """Give a lane to the messages that have none, in their order of arrival, and return how many got one.

    A lane bears the rank of its first message. A message that names patients of several lanes joins them into the
    oldest; what still waits keeps its rank, so order is kept across the join. Returns 0 when another worker is at it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ROUTER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "SELECT seq, keys FROM exchange_message WHERE state = 'received' AND lane IS NULL ORDER BY seq LIMIT %s",
            [_GROUP],
        )
        new = cursor.fetchall()
        if new:
            commit_soon()
            expect_many_rows()
            _apply(_planned(new))
        return len(new)


def _planned(new: Iterable[tuple[int, list[str]]]) -> _Plan:
    rows = list(new)
    plan = _Plan(_lanes_of({key for _, keys in rows for key in keys}))
    for seq, keys in rows:
        plan.place(seq, keys)
    return plan


def _lanes_of(keys: set[str]) -> dict[str, int]:
    return dict(ask(_LANES_OF, [list(keys)]).fetchall())


def _apply(plan: _Plan) -> None:
    if plan.joined:
        _join(plan)
    if plan.learnt:
        copy_new(_KEYS, [(key, value_of(key), plan.current(lane)) for key, lane in plan.learnt.items()])
    ask(_ROUTE, [list(plan.lane_of_message), [plan.current(lane) for lane in plan.lane_of_message.values()]])


def _join(plan: _Plan) -> None:
    """Move whole lanes, past messages included, so that a patient is found under any of his identifiers."""
    old = list(plan.joined)
    new = [plan.current(lane) for lane in old]
    with connection.cursor() as cursor:
        # A worker inside one of them finishes first; workers only ever try these locks, so nobody waits in a circle.
        cursor.execute("SELECT pg_advisory_xact_lock(lane) FROM unnest(%s::bigint[]) AS lane", [sorted({*old, *new})])
        for table in ("exchange_lanekey", "exchange_message"):
            cursor.execute(
                f"UPDATE {table} SET lane = given.new FROM unnest(%s::bigint[], %s::bigint[]) AS given (old, new)"  # noqa: S608
                " WHERE lane = given.old",
                [old, new],
            )
        hold_lanes(new)


def hold_lanes(lanes: Sequence[int]) -> None:
    """Mark what waits behind a parked message, so that nobody looks at it, and free what no longer does."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE exchange_message message SET held = NOT message.held
            WHERE state = 'received' AND lane = ANY(%s) AND held <> EXISTS (
                SELECT FROM exchange_message parked
                WHERE parked.lane = message.lane AND parked.state = 'parked' AND parked.seq < message.seq)
            """,
            [list(set(lanes))],
        )


def keep_router_out() -> None:
    """Wait for the router and keep it away until the end of the transaction: it would not see what we change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ROUTER_LOCK])
