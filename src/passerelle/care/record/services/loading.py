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
    told = _escaped(source)
    with connection.cursor() as cursor:
        return copy_lines(cursor, (_line(type_, row, told) for row in rows))


def copy_lines(cursor: Any, lines: Iterable[str]) -> int:
    """Copy lines made by `line_of` into the resource table; return how many."""
    count, waiting = 0, list[str]()
    with connection.wrap_database_errors, cursor.copy(_COPY) as copy:
        for line in lines:
            waiting.append(line)
            count += 1
            if len(waiting) == _BATCH:
                copy.write("".join(waiting).encode())
                waiting.clear()
        copy.write("".join(waiting).encode())
    return count


def _line(type_: str, row: BulkRow, source: str) -> str:
    resource = row.resource
    if resource["resourceType"] != type_:
        raise ValueError(f"{resource['resourceType']} among {type_}")
    at = to_the_millisecond(row.last_updated)
    body = whole(content_of(resource), resource["id"], version=1, at=at).decode()
    return line_of((type_, resource["id"], row.local_identity_id, row.establishment), body, resource, at, source)


def line_of(key: tuple[Any, Any, UUID, str], body: str, resource: dict[str, Any], at: datetime, source: str) -> str:
    """Return the line of a first version; `key` is its type, id, local identity and establishment."""
    type_, id_, local_identity_id, establishment = key
    columns = "\t".join(map(_field, values_in_order(columns_of(resource))))
    written = body.replace("\\", "\\\\")
    head = f"{type_}\t{id_}\t{local_identity_id}\t1\t{at.isoformat()}\t{source}\t{written}\tf"
    return f"{head}\t{_escaped(establishment)}\t{columns}\n"


def _field(value: Any) -> str:
    kind = type(value)
    if value is None:
        return "\\N"
    if kind is str:
        return _escaped(value)
    if kind is list:
        return _array(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _array(items: list[Any]) -> str:
    if type(items[0]) is int:
        return f"{{{','.join(map(str, items))}}}"
    whole = '","'.join(items)
    if "\\" not in whole and whole.count('"') == 2 * (len(items) - 1):
        return _escaped(f'{{"{whole}"}}')
    quoted = ",".join('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items)
    return _escaped(f"{{{quoted}}}")


def _escaped(text: str) -> str:
    return text if text.isalnum() else text.translate(_ESCAPES)
