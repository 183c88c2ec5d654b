"""Stored local identities read by SQL: the path of messages, where the ORM would cost more than PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from passerelle.care.exchange.api import run_prepared
from passerelle.care.identity.models import LocalIdentity
from passerelle.protocols import pamfr

COLUMNS: Final = tuple(field.attname for field in LocalIdentity._meta.concrete_fields)  # noqa: SLF001 - Django's own API
JSON_COLUMNS: Final = frozenset({"address", "trait_moments"})

_JSON_PLACES = tuple(COLUMNS.index(name) for name in sorted(JSON_COLUMNS))
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM identity_localidentity"  # noqa: S608 - the names of our columns
# `ipp <> ''` tells the planner that the partial indexes serve, whatever the values.
_BY_IPP = f"{_SELECT} WHERE establishment_id = %s AND authority = %s AND ipp = %s AND ipp <> ''"
_WITHOUT_IPP = (
    f"{_SELECT} WHERE establishment_id = %s AND ins_family = %s AND ins_matricule = %s AND ins_matricule <> ''"
    " AND ipp = '' AND superseded_by_id IS NULL FOR UPDATE"
)
_HELD = (
    "SELECT held.person_id, person.ins_family, person.ins_matricule FROM identity_membership held"
    " JOIN identity_person person ON person.id = held.person_id"
    " WHERE held.local_identity_id = %s AND held.until IS NULL"
)


def authority_key(identifier: pamfr.Identifier) -> str:
    """Return what tells one assigning authority from another: its universal id, else its namespace."""
    return identifier.universal_id or identifier.namespace


def find_by_ipp(ipp: pamfr.Identifier, *, establishment: str, is_locked: bool = False) -> LocalIdentity | None:
    """Return the local identity of an IPP, locked when asked, or None."""
    sql = f"{_BY_IPP} FOR UPDATE" if is_locked else _BY_IPP
    return _row(run_prepared(sql, [establishment, authority_key(ipp), ipp.value]).fetchone())


def find_without_ipp(*, establishment: str, family: str, matricule: str) -> LocalIdentity | None:
    """Return, locked, the local identity that is known by this INS and has no IPP yet, or None."""
    return _row(run_prepared(_WITHOUT_IPP, [establishment, family, matricule]).fetchone())


def held_person(local_identity_id: UUID) -> tuple[UUID, str, str] | None:
    """Return the person of a local identity with the family and number of their INS, or None."""
    return run_prepared(_HELD, [local_identity_id]).fetchone()


def _row(values: Sequence[Any] | None) -> LocalIdentity | None:
    if values is None:
        return None
    read = list(values)
    for place in _JSON_PLACES:
        read[place] = orjson.loads(read[place])
    return LocalIdentity.from_db("default", COLUMNS, read)
