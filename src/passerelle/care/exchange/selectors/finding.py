"""Find messages among millions: each kind of question takes the way that costs least, and none counts everything.

- an identifier: the lanes of the patients who bear it, then the messages of these lanes;
- a control id: the index that keeps it unique;
- what did not go well: the partial index of unusual states, which is small;
- a kind, an establishment, a channel: the shelves that hold some (`services/counting.py`), then these shelves alone;
- a period: the ranks of its two ends, by halves.

Every way ends with ranks, latest first, and looks at a bounded number of rows; what it had no time to look at is behind
the link to the following page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection

from passerelle.care.exchange.selectors.asked import (
    UNUSUAL,
    Condition,
    Search,
    joined,
    row_conditions,
    shelf_conditions,
)
from passerelle.care.exchange.selectors.scope import kept_by
from passerelle.care.exchange.services.counting import SHELF_BITS
from passerelle.core.access.api import Viewer

_MOST_LOOKED_AT = 200_000
_TAIL_STRIDE = 20_000
_MOST_TOGETHER = 32
_SHELVES_A_TIME = 200
_MOST_UNUSUAL = 20_000  # rows of one state
_MOST_LANES = 200
_SHORTEST_PREFIX = 3
_DISORDER = timedelta(minutes=1)  # a rank may come that much before another that was received earlier
_LAST_RANK = 2**62


@dataclass(frozen=True, slots=True)
class Found:
    """Ranks of messages, latest first; `next_before` asks for the following ones, None at the end."""

    ranks: list[int]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Ranks from `low` (excluded) to `high` (included)."""

    low: int
    high: int


def find(viewer: Viewer, search: Search, *, limit: int) -> Found:
    """Return the latest messages that match."""
    kept = kept_by(viewer)
    rows = row_conditions(kept, search)
    bounds = _bounds(search)
    if bounds.low >= bounds.high:
        return Found([], None)
    if search.text.strip():
        return _first(_by_identifier(search.text.strip(), rows, bounds, limit), limit)
    states = (search.state,) if search.state in UNUSUAL else UNUSUAL if search.error else ()
    if states:
        return _in_states(states, rows, bounds, limit)
    shelves = shelf_conditions(kept, search)
    return _gather(_stretches(shelves, bounds), rows, limit, is_selective=bool(shelves))


def _first(ranks: Iterator[int], limit: int) -> Found:
    ordered = sorted(set(ranks), reverse=True)
    return Found(ordered[:limit], ordered[limit - 1] if len(ordered) > limit else None)


def _bounds(search: Search) -> _Stretch:
    """Return the ranks of the period asked, wide enough for messages that came in another order than their ranks."""
    high = (search.before or _LAST_RANK) - 1
    low = _rank_at(search.since - _DISORDER) if search.since else 0
    if search.until:
        high = min(high, _rank_at(search.until + _DISORDER))
    return _Stretch(low, high)


def _rank_at(moment: datetime) -> int:
    """Return the last rank received before a moment, by halves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM exchange_message")
        low, high = 0, int(cursor.fetchone()[0])
        while low < high:
            middle = (low + high) // 2
            cursor.execute(
                "SELECT seq, received_at FROM exchange_message WHERE seq > %s ORDER BY seq LIMIT 1", [middle]
            )
            seq, received_at = cursor.fetchone()
            low, high = (seq, high) if received_at < moment else (low, middle)
    return low


def _ranks(sql: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [seq for (seq,) in cursor.fetchall()]


def _by_identifier(text: str, rows: list[Condition], bounds: _Stretch, limit: int) -> Iterator[int]:
    """Find by control id, then by lanes; what was refused has no lane, so it has an index of its own."""
    condition, values = joined(rows)
    within = [bounds.low, bounds.high]
    lanes = _lanes("".join(text.split()))
    yield from _ranks(
        f"SELECT seq FROM exchange_message WHERE accepted AND control_id = %s AND seq > %s AND seq <= %s"  # noqa: S608
        f" AND {condition} ORDER BY seq DESC LIMIT %s",
        [text, *within, *values, limit + 1],
    )
    yield from _ranks(
        f"SELECT found.seq FROM unnest(%s::bigint[]) AS asked (lane), LATERAL ("  # noqa: S608
        f" SELECT seq FROM exchange_message WHERE lane = asked.lane AND seq > %s AND seq <= %s AND {condition}"
        f" ORDER BY seq DESC LIMIT %s) AS found ORDER BY 1 DESC LIMIT %s",
        [lanes, *within, *values, limit + 1, limit + 1],
    )
    yield from _ranks(
        f"SELECT seq FROM exchange_message WHERE NOT accepted AND seq > %s AND seq <= %s AND {condition}"  # noqa: S608
        " AND exchange_marks(keys, control_id::text, sending_facility::text) && ARRAY[%s, %s]"
        " ORDER BY seq DESC LIMIT %s",
        [*within, *values, text, "".join(text.split()), limit + 1],
    )


def _lanes(asked: str) -> list[int]:
    """Return the lanes of an identifier; when nobody bears it whole, those of the identifiers that begin so."""
    exact = _ranks(f"SELECT lane FROM exchange_lanekey WHERE value = %s LIMIT {_MOST_LANES}", [asked])  # noqa: S608
    if exact or len(asked) < _SHORTEST_PREFIX:
        return sorted(set(exact))
    start = asked.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return sorted(
        set(_ranks(f"SELECT lane FROM exchange_lanekey WHERE value LIKE %s LIMIT {_MOST_LANES}", [f"{start}%"]))  # noqa: S608
    )


def _in_states(states: tuple[str, ...], rows: list[Condition], bounds: _Stretch, limit: int) -> Found:
    """Look at the latest rows of each state; those that were left out are behind the link to the following page."""
    ranks = [seq for state in states for seq in _by_state(state, rows, bounds, limit)]
    if len(ranks) > limit:
        return _first(iter(ranks), limit)
    left_out = max((_left_out(state, bounds) for state in states), default=0)
    kept = sorted((seq for seq in ranks if seq > left_out), reverse=True)
    return Found(kept, left_out + 1 if left_out else None)


def _by_state(state: str, rows: list[Condition], bounds: _Stretch, limit: int) -> list[int]:
    condition, values = joined(rows)
    return _ranks(
        f"SELECT seq FROM (SELECT * FROM exchange_message WHERE state = '{state}' AND seq > %s AND seq <= %s"  # noqa: S608
        f" ORDER BY seq DESC LIMIT {_MOST_UNUSUAL}) AS unusual WHERE {condition} ORDER BY seq DESC LIMIT %s",
        [bounds.low, bounds.high, *values, limit + 1],
    )


def _left_out(state: str, bounds: _Stretch) -> int:
    """Return the latest rank of a state that was not looked at, 0 when all were."""
    found = _ranks(
        f"SELECT seq FROM exchange_message WHERE state = '{state}' AND seq > %s AND seq <= %s"  # noqa: S608
        f" ORDER BY seq DESC OFFSET {_MOST_UNUSUAL} LIMIT 1",
        [bounds.low, bounds.high],
    )
    return found[0] if found else 0


def _gather(stretches: Iterator[_Stretch], rows: list[Condition], limit: int, *, is_selective: bool) -> Found:
    """Look through stretches, the latest first, until enough is found or enough was looked at.

    They are read one, then two, then four at a time: what is common is in the first, what is rare is far between.
    """
    found: list[int] = []
    looked_at, together = 0, 1
    while batch := list(islice(stretches, together)):
        found += _ranks_of(batch, rows, limit + 1 - len(found))
        if len(found) > limit:
            return Found(found[:limit], found[limit - 1])
        looked_at += sum(stretch.high - stretch.low for stretch in batch) if is_selective else 0
        if looked_at >= _MOST_LOOKED_AT:
            return Found(found, batch[-1].low + 1)
        together = min(together * 2, _MOST_TOGETHER)
    return Found(found, None)


def _ranks_of(batch: list[_Stretch], rows: list[Condition], limit: int) -> list[int]:
    condition, values = joined(rows)
    return _ranks(
        f"SELECT found.seq FROM unnest(%s::bigint[], %s::bigint[]) AS stretch (low, high), LATERAL ("  # noqa: S608
        f" SELECT seq FROM exchange_message WHERE seq > stretch.low AND seq <= stretch.high AND {condition}"
        f" ORDER BY seq DESC LIMIT %s) AS found ORDER BY 1 DESC LIMIT %s",
        [[each.low for each in batch], [each.high for each in batch], *values, limit, limit],
    )


def _stretches(shelves: list[Condition], bounds: _Stretch) -> Iterator[_Stretch]:
    """Return where to look: what is not counted yet by strides, then the shelves that hold some."""
    if not shelves:
        yield bounds
        return
    settled, last = _settled()
    high = min(bounds.high, last)
    while high > max(settled, bounds.low):
        low = max(settled, bounds.low, high - _TAIL_STRIDE)
        yield _Stretch(low, high)
        high = low
    top = min(high, settled)
    if top > bounds.low:
        yield from _shelves(shelves, _Stretch(bounds.low, top))


def _settled() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT settled_seq FROM exchange_flowmark WHERE id = 1), 0),"
            " coalesce((SELECT max(seq) FROM exchange_message), 0)"
        )
        settled, last = cursor.fetchone()
    return settled, last


def _shelves(conditions: list[Condition], bounds: _Stretch) -> Iterator[_Stretch]:
    condition, values = joined(conditions)
    high = bounds.high >> SHELF_BITS
    low = bounds.low >> SHELF_BITS
    while True:
        blocks = _ranks(
            f"SELECT DISTINCT block FROM exchange_shelf WHERE block >= %s AND block <= %s AND {condition}"  # noqa: S608
            f" ORDER BY block DESC LIMIT {_SHELVES_A_TIME}",
            [low, high, *values],
        )
        for block in blocks:
            first = (block << SHELF_BITS) - 1
            yield _Stretch(max(first, bounds.low), min(first + (1 << SHELF_BITS), bounds.high))
        if len(blocks) < _SHELVES_A_TIME:
            return
        high = blocks[-1] - 1
