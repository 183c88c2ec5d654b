"""Pages of the resources that a search finds, over one type or several."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.utils import OperationalError
from psycopg.errors import QueryCanceled

from passerelle.care.exchange.api import ask
from passerelle.care.record.selectors.ordering import Key, after, cursor_of
from passerelle.care.record.selectors.prepared import rows_within
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sql import EVERYTHING, NOTHING, Clause, joined

_COLUMNS: Final = (
    "r.type, r.id, r.version, r.local_identity_id, r.last_updated, r.source, r.body, r.deleted, r.establishment"
)
_WIDTH: Final = 9
_TIMEOUT_MS: Final = 5_000
#: What an estimated total counts up to; beyond, it says this number.
ESTIMATED: Final = 1_000


class TookTooLong(Exception):
    """La recherche a dépassé le temps permis."""


@dataclass(frozen=True, slots=True)
class Group:
    """The conditions on one type."""

    type: str
    conditions: tuple[Clause, ...]

    @property
    def where(self) -> Clause:
        """Return the whole condition of the type."""
        told = [Clause("r.type = %s", (self.type,)), Clause("NOT r.deleted"), *self.conditions]
        kept = [one for one in told if one != EVERYTHING]
        return NOTHING if NOTHING in kept else Clause(" AND ".join(one.sql for one in kept), _values(kept))


def _values(parts: Sequence[Clause]) -> tuple[Any, ...]:
    return tuple(value for part in parts for value in part.values)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows; `next_cursor` is None on the last one."""

    rows: tuple[StoredResource, ...]
    next_cursor: str | None


@contextmanager
def in_good_time() -> Iterator[None]:
    """Run reads that PostgreSQL stops after five seconds.

    Raises:
        TookTooLong: one was stopped.
    """
    with _told_when_stopped(), transaction.atomic():
        ask(f"SET LOCAL statement_timeout = {_TIMEOUT_MS}", ())
        yield


@contextmanager
def _told_when_stopped() -> Iterator[None]:
    try:
        yield
    except (OperationalError, QueryCanceled) as fault:
        if isinstance(fault, QueryCanceled) or isinstance(fault.__cause__, QueryCanceled):
            raise TookTooLong from fault
        raise


def find(
    groups: Sequence[Group],
    keys: Sequence[Key],
    *,
    count: int,
    place: Sequence[Any] | None,
    about: str,
    is_limited: bool = False,
) -> Found:
    """Return a page of what these groups find, in the order of the keys, from after a place on.

    `is_limited`: PostgreSQL stops it after five seconds, by itself, as `in_good_time` does for several statements.

    Raises:
        TookTooLong: it was stopped.
    """
    beyond = [after(keys, place)] if place is not None else []
    wheres = [joined("AND", [group.where, *beyond]) for group in groups if group.where != NOTHING]
    if not wheres or count < 1:
        return Found((), None)
    order = ", ".join(key.order for key in keys)
    places = ", ".join(f"({key.sql})::text AS k{rank}" for rank, key in enumerate(keys))
    pages = [
        f"SELECT {_COLUMNS}, {places} FROM record_resource r WHERE {one.sql} ORDER BY {order} LIMIT %s"  # noqa: S608 - our words
        for one in wheres
    ]
    values = [value for one in wheres for value in (*one.values, count + 1)]
    sql = pages[0]
    if len(pages) > 1:
        sql = f"SELECT * FROM ({' UNION ALL '.join(f'({page})' for page in pages)}) r ORDER BY {order} LIMIT %s"  # noqa: S608
        values.append(count + 1)
    rows = _rows_in_time(sql, values) if is_limited else ask(sql, values).fetchall()
    shown = tuple(StoredResource(*row[:_WIDTH]) for row in rows[:count])
    following = cursor_of(rows[count - 1][_WIDTH:], about) if len(rows) > count else None
    return Found(shown, following)


def _rows_in_time(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with _told_when_stopped():
        return rows_within(sql, values, limit_ms=_TIMEOUT_MS)


def total_of(groups: Sequence[Group], *, is_estimate: bool = False) -> int:
    """Return how many resources these groups find; an estimate counts a thousand at most."""
    wheres = [group.where for group in groups if group.where != NOTHING]
    if not wheres:
        return 0
    limit = f" LIMIT {ESTIMATED}" if is_estimate else ""
    parts = [f"SELECT count(*) AS n FROM (SELECT FROM record_resource r WHERE {one.sql}{limit}) one" for one in wheres]  # noqa: S608
    sql = f"SELECT sum(n) FROM ({' UNION ALL '.join(parts)}) every"  # noqa: S608
    found = int(ask(sql, _values(wheres)).fetchone()[0])  # type: ignore[index]  # a sum always has a row
    return min(found, ESTIMATED) if is_estimate else found


def rows_where(type_: str, conditions: Sequence[Clause], *, limit: int) -> list[StoredResource]:
    """Return the current resources of a type under these conditions, by id."""
    where = Group(type_, tuple(conditions)).where
    if where == NOTHING or limit < 1:
        return []
    sql = f"SELECT {_COLUMNS} FROM record_resource r WHERE {where.sql} ORDER BY r.id LIMIT %s"  # noqa: S608 - our words
    return [StoredResource(*row) for row in ask(sql, [*where.values, limit])]
