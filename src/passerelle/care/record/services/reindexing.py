"""Make the index again from the resources, after its rules have changed: nothing else of a row moves."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from passerelle.care.exchange.api import ask
from passerelle.care.record.rules.columns import COLUMN_NAMES, COLUMN_TYPES, columns_of, values_in_order
from passerelle.protocols.fhir import api as fhir

_BATCH: Final = 500
_FIRST: Final = UUID(int=0)
_READ: Final = (
    f"SELECT id, type, local_identity_id, body, {', '.join(COLUMN_NAMES)} FROM record_resource"  # noqa: S608 - our words
    " WHERE (id, type) > (%s, %s) AND NOT deleted ORDER BY id, type, local_identity_id LIMIT %s FOR UPDATE"
)
_WRITE: Final = (
    f"UPDATE record_resource SET {', '.join(f'{name} = %s::{COLUMN_TYPES[name]}' for name in COLUMN_NAMES)}"  # noqa: S608
    " WHERE id = %s AND type = %s AND local_identity_id = %s"
)
_EXTRAS: Final = COLUMN_NAMES.index("extras")


def reindex(*, after: tuple[UUID, str] = (_FIRST, "")) -> Iterator[tuple[tuple[UUID, str], int, int]]:
    """Make the index of every current resource again, by id; yield after each batch, committed.

    What is yielded is the place reached (give it as `after` to go on from there), the rows read and those that changed.
    """
    place = after
    while True:
        with transaction.atomic():
            rows = ask(_READ, [*place, _BATCH]).fetchall()
            changed = sum(_renewed(row) for row in rows)
        if not rows:
            return
        place = (rows[-1][0], rows[-1][1])
        yield place, len(rows), changed


def _renewed(row: tuple[Any, ...]) -> bool:
    key, body, held = row[:3], row[3], row[4:]
    told = values_in_order(columns_of(fhir.loads(body)))
    if _comparable(told) == _comparable(held):
        return False
    ask(_WRITE, [*told, *key])
    return True


def _comparable(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the values of the columns, JSON parsed: the database keeps its own spelling of it."""
    extras = values[_EXTRAS]
    parsed = fhir.loads(extras) if isinstance(extras, str) else extras
    return (*values[:_EXTRAS], parsed, *values[_EXTRAS + 1 :])
