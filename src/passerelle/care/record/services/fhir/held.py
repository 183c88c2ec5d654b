"""What a write finds in the store: the versions it replaces, locked, and what its references lead to."""

from collections.abc import Collection, Iterable
from typing import Final
from uuid import UUID

from passerelle.care.exchange.api import ask
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.selectors.rows import StoredResource

Key = tuple[str, UUID]
_COLUMNS: Final = (
    "held.type, held.id, held.version, held.local_identity_id, held.last_updated, held.source, held.body,"
    " held.deleted, held.establishment, held.security"
)
_ASKED: Final = (
    f"SELECT {_COLUMNS} FROM unnest(%s::text[], %s::uuid[]) AS asked (type, id)"  # noqa: S608 - our words
    " JOIN record_resource held ON held.id = asked.id AND held.type = asked.type"
)
_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_LOCK: Final = f"{_ASKED} ORDER BY held.type, held.id FOR UPDATE OF held"
_WITHIN: Final = f"{_ASKED} WHERE held.local_identity_id = ANY(%s) AND NOT held.deleted"
_ANYWHERE: Final = f"{_ASKED} WHERE NOT held.deleted"


def lock_all(keys: Collection[Key]) -> dict[Key, StoredResource]:
    """Return the current version of each resource, locked in one order until the end of the transaction."""
    return _found(_LOCK, keys) if keys else {}


def lock_first_writes(keys: Collection[Key]) -> dict[Key, StoredResource]:
    """Keep other writers from making these resources until the end of the transaction; return those just made."""
    for type_, id_ in sorted(keys):
        ask(_ALONE, [f"{type_}/{id_}"])
    return lock_all(keys)


def targets_within(keys: Collection[Key], identities: Iterable[UUID]) -> dict[Key, StoredResource]:
    """Return what references lead to, inside these local identities and what is nobody's."""
    return _found(_WITHIN, keys, [*identities, NOBODY]) if keys else {}


def targets_anywhere(keys: Collection[Key]) -> dict[Key, StoredResource]:
    """Return what references lead to, whoever's record it is."""
    return _found(_ANYWHERE, keys) if keys else {}


def _found(sql: str, keys: Collection[Key], *more: object) -> dict[Key, StoredResource]:
    types, ids = [type_ for type_, _ in keys], [id_ for _, id_ in keys]
    rows = ask(sql, [types, ids, *more]).fetchall()
    return {(row[0], row[1]): StoredResource(*(*row[:9], tuple(row[9] or ()))) for row in rows}
