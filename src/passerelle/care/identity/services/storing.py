"""Writes of local identities by SQL: what each message costs."""

from collections.abc import Iterable
from typing import Any, Final

import orjson
from django.db import connection

from passerelle.care.exchange.api import Table, insert_row, write
from passerelle.care.identity.models import LocalIdentity
from passerelle.care.identity.selectors.stored import COLUMNS, JSON_COLUMNS, Locked
from passerelle.protocols import pamfr

# What no message changes: the identity's own id and numbers, its merge, its birth here.
_FIXED: Final = frozenset(
    {"id", "establishment_id", "ipp", "authority", "authority_namespace", "authority_oid", "superseded_by_id"}
    | {"created_at"}
)
_TOLD = tuple(name for name in COLUMNS if name not in _FIXED)
_LOCAL_IDENTITIES: Final = Table(
    "identity_localidentity",
    {field.attname: str(field.db_type(connection)) for field in LocalIdentity._meta.concrete_fields},  # noqa: SLF001 - Django's own API
)
_NUMBERS: Final = Table(
    "identity_identifier",
    {
        "local_identity_id": "uuid",
        **dict.fromkeys(("type", "namespace", "universal_id", "value"), "text"),
        "is_current": "boolean",
    },
)
_UPDATE = f"UPDATE identity_localidentity SET {', '.join(f'{name} = %s' for name in _TOLD)} WHERE id = %s"  # noqa: S608
_KEEP_NUMBERS = (
    "INSERT INTO identity_identifier (local_identity_id, type, namespace, universal_id, value, is_current)"
    " SELECT %s, told.*, true FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS told"
    " ON CONFLICT DO NOTHING"
)


def insert(row: LocalIdentity) -> bool:
    """Store a new local identity; False when another worker has just stored the same (see `insert_row`)."""
    return insert_row(_LOCAL_IDENTITIES, _values(row, COLUMNS))


def update(row: LocalIdentity) -> None:
    """Store what messages told of a local identity."""
    write(_UPDATE, [*_values(row, _TOLD), row.id])


def keep_numbers(locked: Locked, identifiers: Iterable[pamfr.Identifier]) -> None:
    """Keep the numbers that a message gives for a local identity; those already there stay as they are."""
    told = {
        (one.type, one.namespace, one.universal_id, one.value) for one in identifiers if one.value not in {"", '""'}
    }
    held = locked.numbers
    if held is not None:
        for number in sorted(told - held):
            insert_row(_NUMBERS, (locked.row.id, *number, True))
        held |= told
    elif told:
        write(_KEEP_NUMBERS, [locked.row.id, *map(list, zip(*sorted(told), strict=True))])


def _values(row: LocalIdentity, names: Iterable[str]) -> list[Any]:
    held = row.__dict__  # whole, and without the cost of asking Django for each
    return [orjson.dumps(held[name]).decode() if name in JSON_COLUMNS else held[name] for name in names]
