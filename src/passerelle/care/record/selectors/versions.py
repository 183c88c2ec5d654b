"""Pages of versions, newest first: of one resource, of a type, of everything; each under the access decision.

A version is seen by whoever may see what the resource is now: its history tells no more than it does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from passerelle.care.exchange.api import ask
from passerelle.care.record.selectors.ordering import cursor_of, place_of
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sql import EVERYTHING, NOTHING, Clause

_NOW: Final = (
    "r.type, r.id, r.version, r.local_identity_id, r.last_updated, r.source, r.body, r.deleted, r.establishment"
)
_THEN: Final = (
    "v.type, v.id, v.version, v.local_identity_id, v.last_updated, v.source, v.body, v.deleted, r.establishment"
)
_ORDER: Final = "last_updated DESC, id DESC, version DESC"
#: A version tells when it came; until when it stood, the next one tells.
_REPLACED_AT: Final = (
    "least((SELECT min(later.last_updated) FROM record_version later WHERE later.id = v.id AND later.type = v.type"
    " AND later.local_identity_id = v.local_identity_id AND later.version > v.version), r.last_updated)"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which versions: written since a moment (inclusive), or in force at one time of `[start, end)`; how many."""

    count: int
    since: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """A page of versions; `next_cursor` is None on the last one."""

    rows: tuple[StoredResource, ...]
    next_cursor: str | None


def versions_of(type_: str, visible: Clause, wanted: Wanted, *, id_: UUID | None = None) -> Versions:
    """Return a page of the versions of a type, or of one resource of it; `visible` is the decision on alias `r`.

    Raises:
        SearchError: the cursor is not one of ours.
    """
    return versions([(type_, visible)], wanted, id_=id_)


def versions(types: Sequence[tuple[str, Clause]], wanted: Wanted, *, id_: UUID | None = None) -> Versions:
    """Return a page of the versions of several types.

    Raises:
        SearchError: the cursor is not one of ours.
    """
    about = f"history {' '.join(type_ for type_, _ in types)} {id_ or ''}"
    place = place_of(wanted.cursor, about) if wanted.cursor is not None else None
    if wanted.count < 1:
        return Versions((), None)
    found: list[StoredResource] = []
    for type_, visible in types:
        if visible != NOTHING:
            found += _newest(type_, visible, wanted, place, id_)
    found.sort(key=lambda one: (one.last_updated, one.id, one.version), reverse=True)
    shown = tuple(found[: wanted.count])
    last = shown[-1] if len(found) > wanted.count else None
    following = cursor_of([last.last_updated.isoformat(), str(last.id), last.version], about) if last else None
    return Versions(shown, following)


def _newest(
    type_: str, visible: Clause, wanted: Wanted, place: Sequence[Any] | None, id_: UUID | None
) -> list[StoredResource]:
    current, values = _current(type_, visible, wanted, place, id_)
    former, more = _former(type_, visible, wanted, place, id_)
    sql = f"SELECT * FROM (({current}) UNION ALL ({former})) every ORDER BY {_ORDER} LIMIT %s"  # noqa: S608 - our words
    return [StoredResource(*row) for row in ask(sql, [*values, *more, wanted.count + 1])]


def types_there() -> list[str]:
    """Return the types of which something is stored, each found by the index."""
    return [row[0] for row in ask(_TYPES_THERE, ())]


_TYPES_THERE: Final = """
    WITH RECURSIVE seen AS (
        (SELECT type FROM record_resource ORDER BY type LIMIT 1)
        UNION ALL
        SELECT (SELECT one.type FROM record_resource one WHERE one.type > seen.type ORDER BY one.type LIMIT 1)
        FROM seen WHERE seen.type IS NOT NULL
    ) SELECT type FROM seen WHERE type IS NOT NULL
"""


def _current(
    type_: str, visible: Clause, wanted: Wanted, place: Sequence[Any] | None, id_: UUID | None
) -> tuple[str, list[Any]]:
    conditions = [Clause("r.type = %s", (type_,)), *([] if visible == EVERYTHING else [visible])]
    if id_ is not None:
        conditions.append(Clause("r.id = %s", (id_,)))
    conditions += _moments("r", wanted, place, EVERYTHING)
    return _told(f"SELECT {_NOW} FROM record_resource r", "r", conditions, wanted)  # noqa: S608 - our words


def _former(
    type_: str, visible: Clause, wanted: Wanted, place: Sequence[Any] | None, id_: UUID | None
) -> tuple[str, list[Any]]:
    conditions = [Clause("v.type = %s", (type_,)), *([] if visible == EVERYTHING else [visible])]
    if id_ is not None:
        conditions.append(Clause("v.id = %s", (id_,)))
    stood = Clause(f"{_REPLACED_AT} > %s", (wanted.start,)) if wanted.start is not None else EVERYTHING
    conditions += _moments("v", wanted, place, stood)
    join = "JOIN record_resource r ON r.id = v.id AND r.type = v.type AND r.local_identity_id = v.local_identity_id"
    return _told(f"SELECT {_THEN} FROM record_version v {join}", "v", conditions, wanted)  # noqa: S608 - our words


def _moments(alias: str, wanted: Wanted, place: Sequence[Any] | None, stood: Clause) -> list[Clause]:
    found = []
    if wanted.since is not None:
        found.append(Clause(f"{alias}.last_updated >= %s", (wanted.since,)))
    if wanted.end is not None:
        found += [Clause(f"{alias}.last_updated < %s", (wanted.end,)), stood]
    if place is not None:
        columns = f"({alias}.last_updated, {alias}.id, {alias}.version)"
        found.append(Clause(f"{columns} < (%s::timestamptz, %s::uuid, %s::int)", tuple(place)))
    return found


def _told(select: str, alias: str, conditions: Sequence[Clause], wanted: Wanted) -> tuple[str, list[Any]]:
    order = ", ".join(f"{alias}.{name} DESC" for name in ("last_updated", "id", "version"))
    where = " AND ".join(one.sql for one in conditions)
    values = [value for one in conditions for value in one.values]
    return f"{select} WHERE {where} ORDER BY {order} LIMIT %s", [*values, wanted.count + 1]
