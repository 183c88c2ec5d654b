"""Bulk load of local identities by COPY, for the demonstration territory and first takings of a source."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from passerelle.care.identity.rules import QUALIFIED, ins_family, search_form

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class BulkIdentity:
    """A local identity to load by COPY; several rows may share a `person_id`, created on the way.

    The person of qualified rows takes their INS; rows of one person must not hold different ones.
    """

    id: UUID
    person_id: UUID
    establishment: str
    ipp: str
    authority_namespace: str
    authority_oid: str
    birth_name: str
    given_names: tuple[str, ...]
    birth_date: date
    sex: str
    since: datetime
    used_name: str = ""
    birth_place: str = ""
    ins_matricule: str = ""
    ins_oid: str = ""
    address: dict[str, str] | None = None
    phone: str = ""
    email: str = ""
    deceased_at: datetime | None = None
    status: str = "PROV"
    attributes: tuple[str, ...] = ()


_PERSON = "(id, ins_family, ins_matricule, created_at)"
_MEMBERSHIP = "(local_identity_id, person_id, since, reason, source)"
_LOCAL = (
    "(id, establishment_id, ipp, authority, authority_namespace, authority_oid, status, attributes, birth_name,"
    " used_name, given_names, first_given, birth_date, sex, birth_place, address, phone, email, deceased_at,"
    " trait_moments, search_name, ins_matricule, ins_oid, ins_family, ins_key_ok, created_at, updated_at)"
)


@transaction.atomic
def bulk_load(rows: Iterable[BulkIdentity], *, source: str) -> int:
    """Load local identities, their persons and memberships by COPY; return how many local identities.

    Several rows of one person may be far apart. The keys of the INS are trusted: the caller made or checked them.
    """
    count, seen = 0, dict[UUID, bool]()
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        persons = _new_persons(batch, seen)
        _claim_late(batch, seen)
        _copy("identity_person", _PERSON, persons)
        _copy("identity_localidentity", _LOCAL, (_local_row(row) for row in batch))
        _copy("identity_membership", _MEMBERSHIP, (_membership_row(row, source) for row in batch))
        count += len(batch)
    return count


def _new_persons(batch: list[BulkIdentity], seen: dict[UUID, bool]) -> list[tuple[Any, ...]]:
    found: dict[UUID, tuple[Any, ...]] = {}
    for row in batch:
        if row.person_id not in seen and (row.person_id not in found or _is_qualified(row)):
            ins = (ins_family(row.ins_oid), row.ins_matricule) if _is_qualified(row) else ("", "")
            found[row.person_id] = (row.person_id, *ins, row.since)
    seen.update({person_id: bool(person[2]) for person_id, person in found.items()})
    return list(found.values())


def _claim_late(batch: list[BulkIdentity], seen: dict[UUID, bool]) -> None:
    """Give their INS to persons loaded in an earlier batch without one."""
    late = {row.person_id: row for row in batch if _is_qualified(row) and not seen[row.person_id]}
    seen.update(dict.fromkeys(late, True))
    if late:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE identity_person SET ins_family = %s, ins_matricule = %s WHERE id = %s",
                [(ins_family(row.ins_oid), row.ins_matricule, person_id) for person_id, row in late.items()],
            )


def _is_qualified(row: BulkIdentity) -> bool:
    return bool(row.status == QUALIFIED and row.ins_matricule)


def _local_row(row: BulkIdentity) -> tuple[Any, ...]:
    told = {"birth_name", "given_names", "birth_date", "sex", "status", *({"ins"} if row.ins_matricule else set())}
    first = row.given_names[0] if row.given_names else ""
    return (
        row.id,
        row.establishment,
        row.ipp,
        row.authority_oid or row.authority_namespace,
        row.authority_namespace,
        row.authority_oid,
        row.status,
        list(row.attributes),
        row.birth_name,
        row.used_name,
        list(row.given_names),
        first,
        row.birth_date,
        row.sex,
        row.birth_place,
        orjson.dumps(row.address or {}).decode(),
        row.phone,
        row.email,
        row.deceased_at,
        orjson.dumps(dict.fromkeys(sorted(told), row.since.isoformat())).decode(),
        search_form(row.birth_name, row.used_name, *row.given_names),
        row.ins_matricule,
        row.ins_oid,
        ins_family(row.ins_oid),
        bool(row.ins_matricule),
        row.since,
        row.since,
    )


def _membership_row(row: BulkIdentity, source: str) -> tuple[Any, ...]:
    return (row.id, row.person_id, row.since, "created", source)


def _copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]] | Iterator[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} {columns} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
