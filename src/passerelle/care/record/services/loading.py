"""Bulk load of first versions by COPY, in the binary format: PostgreSQL has nothing to parse."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from passerelle.care.exchange.api import HEADER, TRAILER
from passerelle.care.record.rules.columns import columns_of, values_in_order
from passerelle.care.record.services.writing import RESOURCES, content_of, to_the_millisecond, whole

_BATCH = 500


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A resource to load; its `id` must be a UUID, its `meta` is filled here."""

    resource: dict[str, Any]
    local_identity_id: UUID
    establishment: str
    last_updated: datetime


def bulk_load(type_: str, rows: Iterable[BulkRow], *, source: str) -> int:
    """Load first versions by COPY, with their search columns; return how many. The ids must be new.

    Raises:
        ValueError: a row is not of this type.
    """
    remaining, count = iter(rows), 0

    def slices() -> Iterator[bytes]:
        nonlocal count
        while batch := list(islice(remaining, _BATCH)):
            count += len(batch)
            yield RESOURCES.rows(_values(type_, row, source) for row in batch)

    copy_rows(slices())
    return count


def copy_rows(slices: Iterable[bytes], meanwhile: Iterator[None] | None = None) -> None:
    """Copy rows into the resource table; a step of `meanwhile` is taken after each slice, while PostgreSQL reads it."""
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(RESOURCES.copy) as copy:
        copy.write(HEADER)
        for part in slices:
            copy.write(part)
            if meanwhile is not None:
                next(meanwhile, None)
        copy.write(TRAILER)


def _values(type_: str, row: BulkRow, source: str) -> list[Any]:
    resource = row.resource
    if resource["resourceType"] != type_:
        raise ValueError(f"{resource['resourceType']} among {type_}")
    at, id_ = to_the_millisecond(row.last_updated), UUID(str(resource["id"]))
    body = whole(content_of(resource), id_, version=1, at=at).decode()
    key = [type_, id_, row.local_identity_id]
    return [*key, 1, at, source, body, False, row.establishment, *values_in_order(columns_of(resource))]
