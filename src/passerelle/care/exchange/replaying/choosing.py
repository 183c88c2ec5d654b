"""Which messages a replay concerns: a group of failures, or a search; told as data, to be taken up again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import connection

from passerelle.care.exchange.rules.causes import cause_of
from passerelle.care.exchange.selectors.asked import Condition, Search, joined, row_conditions
from passerelle.care.exchange.selectors.scope import kept_by
from passerelle.core.access.api import Viewer

MOST = 1_000_000
_STRIDE = 50_000
_TRIED = 20
_GROUP = """
    SELECT seq, error_why FROM exchange_message message
    WHERE state = %(state)s AND seq > %(after)s AND seq <= %(last)s
      AND establishment = %(establishment)s AND sending_facility = %(facility)s AND error_where = %(where)s
      AND NOT EXISTS (SELECT FROM exchange_copy JOIN exchange_message made ON made.id = copy_id
                      WHERE original_id = message.id AND made.accepted)
      AND (state = 'parked' OR NOT EXISTS (SELECT FROM exchange_step step
                                           WHERE step.message_id = message.id AND step.kind = 'set_aside'))
    ORDER BY seq LIMIT %(limit)s
"""
_REPLAYABLE = "state IN ('applied', 'parked', 'set_aside', 'refused')"


@dataclass(frozen=True, slots=True)
class Choice:
    """A selection of messages: `criteria` is plain data, for JSON."""

    criteria: Mapping[str, Any]
    told: str


def chosen_group(parts: Sequence[str], *, told: str) -> Choice:
    """Choose the failures of one cause: state, establishment, MSH-4, place, cause."""
    names = ("state", "establishment", "facility", "where", "cause")
    return Choice({"group": dict(zip(names, parts, strict=True))}, told)


def chosen_search(viewer: Viewer, search: Search, *, told: str) -> Choice:
    """Choose what a search finds among what this viewer may see; the identifier searched is not part of it."""
    asked = {name: value for name, value in asdict(search).items() if value and name not in {"text", "before"}}
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in asked.items()}
    return Choice({"search": plain, "kept": kept_by(viewer)}, told)


def next_ranks(criteria: Mapping[str, Any], *, after: int, last: int, limit: int) -> tuple[list[int], int]:
    """Return ranks concerned, in their order, and how far was looked: the end is reached when that is `last`."""
    if "group" in criteria:
        return _of_group(criteria["group"], after, last, limit)
    return _of_search(criteria, after, last, limit)


def count(criteria: Mapping[str, Any], *, last: int) -> int:
    """Count the messages concerned, up to a million."""
    if "group" in criteria:
        ranks, _ = _of_group(criteria["group"], 0, last, MOST)
        return len(ranks)
    condition, values = _condition(criteria)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM exchange_message WHERE seq <= %s AND {_REPLAYABLE}"  # noqa: S608
            f" AND {condition} LIMIT {MOST}) AS concerned",
            [last, *values],
        )
        return int(cursor.fetchone()[0])


def _of_group(group: Mapping[str, str], after: int, last: int, limit: int) -> tuple[list[int], int]:
    with connection.cursor() as cursor:
        cursor.execute(_GROUP, {**group, "after": after, "last": last, "limit": limit})
        rows = cursor.fetchall()
    reached = rows[-1][0] if len(rows) == limit else last
    return [seq for seq, why in rows if cause_of(why) == group["cause"]], reached


def _of_search(criteria: Mapping[str, Any], after: int, last: int, limit: int) -> tuple[list[int], int]:
    condition, values = _condition(criteria)
    high = min(last, after + _STRIDE)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT seq FROM exchange_message WHERE seq > %s AND seq <= %s AND {_REPLAYABLE}"  # noqa: S608
            f" AND {condition} ORDER BY seq LIMIT %s",
            [after, high, *values, limit],
        )
        ranks = [seq for (seq,) in cursor.fetchall()]
    return ranks, ranks[-1] if len(ranks) == limit else high


def _condition(criteria: Mapping[str, Any]) -> Condition:
    asked = dict(criteria["search"])
    for name in ("first_date", "last_date"):
        if name in asked:
            asked[name] = date.fromisoformat(asked[name])
    return joined(row_conditions(criteria["kept"], Search(**asked)))


def count_and_first(choice: Choice) -> tuple[int, list[int]]:
    """Return how many messages are concerned now, and the first ones, to try."""
    last = last_seq()
    total = count(choice.criteria, last=last)
    ranks: list[int] = []
    after = 0
    while total and not ranks and after < last:
        ranks, after = next_ranks(choice.criteria, after=after, last=last, limit=_TRIED)
    return total, ranks


def last_seq() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM exchange_message")
        return int(cursor.fetchone()[0])
