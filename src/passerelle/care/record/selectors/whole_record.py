"""All that a viewer may read of one person, over every local identity: one query for a page.

The sight of each type is one condition; types seen alike are asked together.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from passerelle.care.record.rules.kinds import NOBODY, PATIENT_PATHS
from passerelle.care.record.selectors.conditions import NOTHING, all_of, any_of
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import Sight
from passerelle.care.record.selectors.sql import Clause

#: Every type that a patient's record is made of.
RECORD_TYPES: Final = tuple(sorted(type_ for type_, paths in PATIENT_PATHS.items() if paths and type_ != "Binary"))
_DIRECTORY: Final = re.compile(
    r'"reference":\s?"(Practitioner|PractitionerRole|Organization|Location|HealthcareService|Medication|Device)'
    r"/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\""
)
_COLUMNS: Final = (
    "held.type, held.id, held.version, held.local_identity_id, held.last_updated, held.source, held.body, held.deleted,"
    " held.establishment, held.security"
)
_LABELS: Final = 9
_made: Final[Callable[..., StoredResource]] = StoredResource  # from a row, whose length a type checker cannot know


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a record: of these types, written since a moment, about care inside `[start, end)`.

    `code` (`system|code`, as the column keeps it) and `status` narrow it further; "" asks nothing.
    """

    types: tuple[str, ...] = RECORD_TYPES
    since: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    code: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page ended: the type and the id of its last row."""

    type: str
    id: UUID


def record_page(
    sight: Sight, known: Sequence[UUID], wanted: Wanted, *, count: int, after: Mark | None = None
) -> tuple[list[StoredResource], Mark | None]:
    """Return a page of the record of a person known by these local identities, and where the next one begins.

    The Patient resources come first, then each type by name; the order holds while resources are added.
    """
    within = all_of([_seen(sight, wanted.types), *_asked(wanted), *([_after(after)] if after else [])])
    if within == NOTHING:
        return [], None
    sql = (
        f"SELECT {_COLUMNS} FROM record_resource held WHERE held.local_identity_id = ANY(%s)"  # noqa: S608 - our words
        f" AND NOT held.deleted AND {within.sql}"
        " ORDER BY held.type <> 'Patient', held.type, held.id LIMIT %s"
    )
    rows = _fetched(sql, [list(known), *within.values, count + 1])
    following = Mark(rows[count - 1].type, rows[count - 1].id) if len(rows) > count else None
    return rows[:count], following


def referred(sight: Sight, references: Iterable[tuple[str, UUID]]) -> list[StoredResource]:
    """Return what a page refers to that is nobody's (practitioners, places, medicines), as the viewer may see."""
    by_type: dict[str, list[UUID]] = {}
    for type_, id_ in references:
        by_type.setdefault(type_, []).append(id_)
    parts = [
        all_of([Clause("(held.type = %s AND held.id = ANY(%s))", (type_, ids)), sight.clause(type_, "held")])
        for type_, ids in sorted(by_type.items())
    ]
    within = any_of(parts)
    if within == NOTHING:
        return []
    sql = (
        f"SELECT {_COLUMNS} FROM record_resource held WHERE held.local_identity_id = %s"  # noqa: S608 - our words
        f" AND NOT held.deleted AND {within.sql} ORDER BY held.type, held.id"
    )
    return _fetched(sql, [NOBODY, *within.values])


def named_in(rows: Iterable[StoredResource]) -> set[tuple[str, UUID]]:
    """Return the directory that resources name, found in their text: parsing it all would cost more than the rest."""
    return {(type_, UUID(id_)) for row in rows for type_, id_ in _DIRECTORY.findall(row.body)}


def _seen(sight: Sight, types: Iterable[str]) -> Clause:
    """Return the condition under which a row of one of these types may be known of."""
    alike: list[tuple[Clause, list[str]]] = []
    for type_ in types:
        clause = sight.clause(type_, "held")
        if clause == NOTHING:
            continue
        same = next((names for one, names in alike if one == clause), None)
        if same is None:
            alike.append((clause, [type_]))
        else:
            same.append(type_)
    return any_of(all_of([Clause("held.type = ANY(%s)", (names,)), clause]) for clause, names in alike)


def _asked(wanted: Wanted) -> list[Clause]:
    found = []
    if wanted.since is not None:
        found.append(Clause("held.last_updated > %s", (wanted.since,)))
    if wanted.start is not None:
        found.append(Clause("coalesce(held.date_end, 'infinity') > %s", (wanted.start,)))
    if wanted.end is not None:
        found.append(Clause("coalesce(held.date_start, '-infinity') < %s", (wanted.end,)))
    if wanted.code:
        found.append(Clause("held.codes @> ARRAY[%s]", (wanted.code,)))
    if wanted.status:
        found.append(Clause("held.status = %s", (wanted.status,)))
    return found


def _after(mark: Mark) -> Clause:
    return Clause(
        "(held.type <> 'Patient', held.type, held.id) > (%s, %s, %s)", (mark.type != "Patient", mark.type, mark.id)
    )


def _fetched(sql: str, values: Sequence[Any]) -> list[StoredResource]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [_held(row) for row in cursor.fetchall()]


def _held(row: Any) -> StoredResource:
    return _made(*row[:_LABELS], labels=tuple(row[_LABELS] or ()))


def patients_seen(sight: Sight, files: Sequence[UUID]) -> list[StoredResource]:
    """Return the Patients of these files that the viewer may read."""
    within = sight.clause("Patient", "held")
    if within == NOTHING or not files:
        return []
    sql = (
        f"SELECT {_COLUMNS} FROM record_resource held WHERE held.local_identity_id = ANY(%s)"  # noqa: S608 - our words
        f" AND held.type = 'Patient' AND held.id = ANY(%s) AND NOT held.deleted AND {within.sql}"
    )
    return _fetched(sql, [list(files), list(files), *within.values])
