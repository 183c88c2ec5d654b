"""Stored local identities read by SQL: the path of messages, where the ORM would cost more than PostgreSQL."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

import orjson
from django.db.models.base import ModelState

from passerelle.care.exchange.api import ask, ordered_id
from passerelle.care.identity.models import LocalIdentity
from passerelle.care.identity.selectors.known import LocalIdentityRef
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
_BY_IPPS = (
    f"SELECT {', '.join(f'local.{name}' for name in COLUMNS)}"  # noqa: S608 - the names of our columns
    " FROM unnest(%s::text[], %s::text[], %s::text[]) AS asked (establishment, authority, ipp)"
    # Sought by the number alone, which hardly repeats: the planner must not take the establishment for selective.
    " JOIN identity_localidentity local ON local.ipp = asked.ipp AND local.ipp <> ''"
    " AND local.authority || '' = asked.authority AND local.establishment_id || '' = asked.establishment"
    " ORDER BY local.id FOR UPDATE OF local"
)
_PERSONS = (
    "SELECT held.local_identity_id, held.person_id, person.ins_family, person.ins_matricule,"
    " local.id, local.establishment_id, local.ipp, local.status, local.superseded_by_id"
    " FROM identity_membership held"
    " JOIN identity_person person ON person.id = held.person_id"
    " JOIN identity_membership other ON other.person_id = held.person_id AND other.until IS NULL"
    " JOIN identity_localidentity local ON local.id = other.local_identity_id"
    " WHERE held.local_identity_id = ANY(%s) AND held.until IS NULL"
    " ORDER BY held.local_identity_id, local.establishment_id, local.created_at, local.id"
)
_HOLDERS = (
    "SELECT person.id, person.ins_family, person.ins_matricule"
    " FROM unnest(%s::text[], %s::text[]) AS asked (family, matricule)"
    " JOIN identity_person person ON person.ins_family = asked.family AND person.ins_matricule = asked.matricule"
    " AND person.ins_matricule <> '' ORDER BY person.id FOR UPDATE OF person"
)
_NUMBERS = (
    "SELECT local_identity_id, type, namespace, universal_id, value FROM identity_identifier"
    " WHERE local_identity_id = ANY(%s)"
)
_BLANK: Final = {name: getattr(LocalIdentity(), name) for name in COLUMNS}
_EMPTY: Final = {name: type(value) for name, value in _BLANK.items() if isinstance(value, list | dict)}
IppKey: TypeAlias = tuple[str, str, str]


class HeldPerson(NamedTuple):
    """The person of a local identity, and the INS that person holds ("" for none)."""

    id: UUID
    ins_family: str
    ins_matricule: str


@dataclass(slots=True)
class Locked:
    """A local identity locked by this transaction, its person, and every local identity of that person.

    `numbers` are those kept of it (type, namespace, universal id, value), None while nobody asked.
    """

    row: LocalIdentity
    person: HeldPerson | None
    known: tuple[LocalIdentityRef, ...]
    numbers: set[tuple[str, str, str, str]] | None = None


def authority_key(identifier: pamfr.Identifier) -> str:
    """Return what tells one assigning authority from another: its universal id, else its namespace."""
    return identifier.universal_id or identifier.namespace


def blank_row(*, establishment: str, at: datetime) -> LocalIdentity:
    """Return an unsaved local identity of which nothing is told yet, without the cost of asking each field for it."""
    row = LocalIdentity.__new__(LocalIdentity)
    row.__dict__ |= _BLANK | {name: make() for name, make in _EMPTY.items()}
    row.__dict__ |= {"id": ordered_id(at), "establishment_id": establishment, "created_at": at, "updated_at": at}
    row._state = ModelState()  # noqa: SLF001 - Django's own API
    return row


def find_by_ipp(ipp: pamfr.Identifier, *, establishment: str, is_locked: bool = False) -> LocalIdentity | None:
    """Return the local identity of an IPP, locked when asked, or None."""
    sql = f"{_BY_IPP} FOR UPDATE" if is_locked else _BY_IPP
    return _row(ask(sql, [establishment, authority_key(ipp), ipp.value]).fetchone())


def find_without_ipp(*, establishment: str, family: str, matricule: str) -> LocalIdentity | None:
    """Return, locked, the local identity that is known by this INS and has no IPP yet, or None."""
    return _row(ask(_WITHOUT_IPP, [establishment, family, matricule]).fetchone())


def ipp_key(ipp: pamfr.Identifier, establishment: str) -> IppKey:
    """Return what tells one IPP from all the others."""
    return establishment, authority_key(ipp), ipp.value


def lock_by_ipps(keys: Collection[IppKey]) -> dict[IppKey, Locked]:
    """Return the local identities of these IPP, locked, with their persons; unknown ones are absent."""
    rows = [_row(values) for values in ask(_BY_IPPS, list(map(list, zip(*keys, strict=True))))] if keys else []
    found = with_persons([row for row in rows if row is not None])
    numbers: dict[UUID, set[tuple[str, str, str, str]]] = {one.row.id: set() for one in found}
    for id_, *number in ask(_NUMBERS, [list(numbers)]) if numbers else ():
        numbers[id_].add((number[0], number[1], number[2], number[3]))
    for one in found:
        one.numbers = numbers[one.row.id]
    return {(one.row.establishment_id, one.row.authority, one.row.ipp): one for one in found}


def lock_holders(asked: Collection[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """Return the persons who hold these INS (family and matricule, neither empty), locked; the others are absent."""
    rows = ask(_HOLDERS, list(map(list, zip(*asked, strict=True)))) if asked else ()
    return {(family, matricule): id_ for id_, family, matricule in rows}


def with_persons(rows: Sequence[LocalIdentity]) -> list[Locked]:
    """Return local identities with what is known of their persons."""
    persons: dict[UUID, HeldPerson] = {}
    known: dict[UUID, list[LocalIdentityRef]] = {}
    for row_id, person_id, family, matricule, *other in ask(_PERSONS, [[row.id for row in rows]]) if rows else ():
        persons[row_id] = HeldPerson(person_id, family, matricule)
        id_, establishment, ipp, status, superseded_by = other
        reference = LocalIdentityRef(id_, person_id, establishment, ipp or None, status, superseded_by)
        known.setdefault(row_id, []).append(reference)
    return [Locked(row, persons.get(row.id), tuple(known.get(row.id, ()))) for row in rows]


def _row(values: Sequence[Any] | None) -> LocalIdentity | None:
    if values is None:
        return None
    read = list(values)
    for place in _JSON_PLACES:
        read[place] = orjson.loads(read[place])
    return LocalIdentity.from_db("default", COLUMNS, read)
