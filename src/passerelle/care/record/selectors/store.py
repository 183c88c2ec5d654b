"""Machine reads of the store: no viewer here, so only for inbound messages, jobs and the guarded FHIR interface."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from passerelle.care.record.rules.parameters import SEARCHED
from passerelle.care.record.selectors.clauses import Clause, clauses
from passerelle.care.record.selectors.finding import Group, find, total_of
from passerelle.care.record.selectors.ordering import keys_of, place_of
from passerelle.care.record.selectors.rows import Page, StoredResource

_COLUMNS = "type, id, version, local_identity_id, last_updated, source, body, deleted"
_MOST = 500


def read(type_: str, id_: UUID) -> StoredResource | None:
    """Return the current version (which may be a deletion), or None."""
    sql = f"SELECT {_COLUMNS}, establishment FROM record_resource WHERE id = %s AND type = %s"  # noqa: S608 - our words
    return next(iter(_fetch(sql, [id_, type_])), None)


def read_version(type_: str, id_: UUID, version: int) -> StoredResource | None:
    """Return one version, current or superseded, or None."""
    return next((row for row in history(type_, id_) if row.version == version), None)


def history(type_: str, id_: UUID) -> list[StoredResource]:
    """Return every version, newest first; empty when the resource never existed."""
    sql = (
        f"SELECT {_COLUMNS}, establishment FROM record_resource WHERE id = %s AND type = %s UNION ALL"  # noqa: S608
        f" SELECT {_COLUMNS}, '' FROM record_version WHERE id = %s AND type = %s ORDER BY version DESC"
    )
    return _fetch(sql, [id_, type_, id_, type_])


@dataclass(frozen=True, slots=True)
class StoredContent:
    """The bytes of a document."""

    id: UUID
    local_identity_id: UUID
    mime: str
    content: bytes
    stored_at: datetime


def read_content(id_: UUID) -> StoredContent | None:
    """Return the bytes of a document, or None."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, local_identity_id, mime, body, stored_at FROM record_content WHERE id = %s",
            [id_],
        )
        row = cursor.fetchone()
    return StoredContent(row[0], row[1], row[2], zlib.decompress(row[3]), row[4]) if row else None


def documents_pointing_at(content: StoredContent) -> list[StoredResource]:
    """Return the current documents whose content these bytes are."""
    sql = (
        f"SELECT {_COLUMNS}, establishment FROM record_resource WHERE local_identity_id = %s"  # noqa: S608 - our words
        " AND type = 'DocumentReference' AND NOT deleted AND position(%s in body) > 0 ORDER BY date_start DESC, id"
    )
    return _fetch(sql, [content.local_identity_id, f'"Binary/{content.id}"'])


def search(  # noqa: PLR0913 - what a search is made of; every part is named at the call
    type_: str,
    params: Mapping[str, Sequence[str]],
    *,
    local_identity_ids: Sequence[UUID] | None = None,
    count: int = 50,
    cursor: str | None = None,
    sort: str | None = None,
    within: Sequence[Clause] = (),
) -> Page:
    """Return a page of the resources that match FHIR search parameters (`{"date": ["ge2026-01-01"]}`).

    `local_identity_ids` bounds the search to these identities; None searches the whole store. `sort` are parameters,
    each after `-` to go down. A page holds at most 500; `cursor` is the `next_cursor` of the page before; `within` are
    more conditions, of the access decision.

    Raises:
        SearchError: a parameter is unknown or ill-formed; it names it.
        KeyError: the type is not stored.
    """
    if type_ not in SEARCHED:
        raise KeyError(type_)
    keys, about = keys_of(type_, sort), f"{type_} {sort or ''}"
    place = place_of(cursor, about) if cursor is not None else None
    group = Group(type_, _conditions(type_, params, local_identity_ids, within))
    found = find([group], keys, count=max(1, min(count, _MOST)), place=place, about=about)
    return Page(found.rows, found.next_cursor)


def count_matching(
    type_: str,
    params: Mapping[str, Sequence[str]],
    *,
    local_identity_ids: Sequence[UUID] | None = None,
    within: Sequence[Clause] = (),
) -> int:
    """Return how many resources a search finds in all.

    Raises:
        SearchError: a parameter is unknown or ill-formed; it names it.
    """
    return total_of([Group(type_, _conditions(type_, params, local_identity_ids, within))])


def _conditions(
    type_: str,
    params: Mapping[str, Sequence[str]],
    local_identity_ids: Sequence[UUID] | None,
    within: Sequence[Clause],
) -> tuple[Clause, ...]:
    conditions = [*clauses(type_, params), *within]
    if local_identity_ids is not None:
        conditions.append(Clause("r.local_identity_id = ANY(%s::uuid[])", (list(local_identity_ids),)))
    return tuple(conditions)


def _fetch(sql: str, values: Sequence[Any]) -> list[StoredResource]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [StoredResource(*row) for row in cursor.fetchall()]


def stream(type_: str, *, batch: int = 2_000) -> Iterator[StoredResource]:
    """Yield every current resource of a type by a server-side cursor, in no order; deleted ones are left out."""
    sql = f"SELECT {_COLUMNS}, establishment FROM record_resource WHERE type = %s AND NOT deleted"  # noqa: S608
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, [type_])
        while rows := cursor.fetchmany(batch):
            for row in rows:
                yield StoredResource(*row)
