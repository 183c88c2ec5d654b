"""Bulk load of first versions by COPY. Lines are written by hand: psycopg's adaptation costs more than PostgreSQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from passerelle.care.record.rules.columns import COLUMN_NAMES, columns_of, values_in_order
from passerelle.care.record.services.writing import content_of, to_the_millisecond, whole

_BATCH = 500
_COPY = (
    "COPY record_resource (type, id, local_identity_id, version, last_updated, source, body, deleted, establishment,"
    f" {', '.join(COLUMN_NAMES)}) FROM STDIN"
)
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


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
    count, lines = 0, list[str]()
    told = _escaped(source)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            lines.append(_line(type_, row, told))
            count += 1
            if len(lines) == _BATCH:
                copy.write("".join(lines).encode())
                lines.clear()
        copy.write("".join(lines).encode())
    return count


def _line(type_: str, row: BulkRow, source: str) -> str:
    resource = row.resource
    if resource["resourceType"] != type_:
        raise ValueError(f"{resource['resourceType']} among {type_}")
    at = to_the_millisecond(row.last_updated)
    body = whole(content_of(resource), resource["id"], version=1, at=at).decode().replace("\\", "\\\\")
    columns = "\t".join(map(_field, values_in_order(columns_of(resource))))
    head = f"{type_}\t{resource['id']}\t{row.local_identity_id}\t1\t{at.isoformat()}\t{source}\t{body}\tf"
    return f"{head}\t{_escaped(row.establishment)}\t{columns}\n"


def _field(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, list) and isinstance(value[0], int):
        return f"{{{','.join(map(str, value))}}}"
    if isinstance(value, list):
        quoted = ",".join('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in value)
        return _escaped(f"{{{quoted}}}")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
