"""Move a stay, with what hangs on it, from one patient file to another (A44). Source: IHE PAM France 2.11, ITI-31."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from passerelle.care.record.rules.columns import COLUMN_NAMES, columns_of, values_in_order
from passerelle.care.record.rules.stays import StayFact
from passerelle.care.record.rules.storing import to_json
from passerelle.care.record.services.charts import NumberedStay, lock_stays
from passerelle.care.record.services.writing import Held, Origin, content_of, to_the_millisecond, whole
from passerelle.protocols.fhir import api as fhir

_OF_THE_STAY = (
    "SELECT type, id, version, local_identity_id, last_updated, body, deleted FROM record_resource"
    " WHERE local_identity_id = ANY(%s) AND (encounter = %s OR (type = 'Encounter' AND id = %s))"
    " ORDER BY type, id FOR UPDATE"
)
_ARCHIVE = (
    "INSERT INTO record_version (type, id, version, local_identity_id, last_updated, source, body, deleted)"
    " SELECT type, id, version, local_identity_id, last_updated, source, body, deleted FROM record_resource"
    " WHERE id = %s AND type = %s AND local_identity_id = %s"
)
_MOVE = (
    "UPDATE record_resource SET local_identity_id = %s, version = %s, last_updated = %s, source = %s, body = %s,"  # noqa: S608
    f" {', '.join(f'{name} = %s' for name in COLUMN_NAMES)} WHERE id = %s AND type = %s AND local_identity_id = %s"
)
_MOVE_CONTENTS = "UPDATE record_content SET local_identity_id = %s WHERE id = ANY(%s) AND local_identity_id = ANY(%s)"
_MOVE_EVENTS = "UPDATE record_stayevent SET local_identity_id = %s WHERE stay_id = %s AND trigger <> 'A44'"
_REMEMBER = (
    "INSERT INTO record_stayevent"
    " (stay_id, local_identity_id, establishment, source, trigger, recorded_at, received_at, content)"
    " SELECT %s, former, %s, %s || '/' || former, 'A44', %s, %s, %s FROM unnest(%s::uuid[]) AS former"
    " WHERE NOT EXISTS (SELECT FROM record_stayevent other WHERE other.stay_id = %s AND other.trigger = 'A44'"
    " AND other.local_identity_id = former)"
)
_WAS_OF = (
    "SELECT EXISTS (SELECT FROM record_stayevent"
    " WHERE stay_id = %s AND trigger = 'A44' AND local_identity_id = ANY(%s))"
)


class UnknownStay(Exception):
    """Le patient cédant n’a pas de dossier sous ce numéro."""


@dataclass(frozen=True, slots=True)
class Move:
    """A stay by its number in an establishment: of whom it was (all their files there) and whose it is now."""

    number: str
    establishment: str
    former: Sequence[UUID]
    new: UUID


@transaction.atomic(savepoint=False)
def move_stay(move: Move, origin: Origin) -> int:
    """Give a stay, its documents, results and bytes to another patient file; return how many resources moved.

    Each gets a new version, the former ones stay in its history. Nothing moves when it is there already.

    Raises:
        UnknownStay: neither patient has it.
    """
    (stay,) = lock_stays([NumberedStay(move.former, move.establishment, move.number)])
    if stay.held is None or stay.held.local_identity_id not in {*move.former, move.new}:
        raise UnknownStay
    former = [one for one in move.former if one != move.new]
    with connection.cursor() as cursor:
        cursor.execute(_OF_THE_STAY, [former, stay.id, stay.id])
        rows = cursor.fetchall()
    for type_, *held in rows:
        _move_one(type_, Held(*held), move.new, origin)
    contents = [id_ for _, *held in rows for id_ in _contents_of(fhir.loads(held[4]))]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_CONTENTS, [move.new, contents, former])
        cursor.execute(_MOVE_EVENTS, [move.new, stay.id])
        told = StayFact("A44", origin.at, origin.at, origin.source)
        content = orjson.dumps(to_json(told)).decode()
        row: list[Any] = [stay.id, move.establishment, origin.source, origin.at, origin.at, content]
        cursor.execute(_REMEMBER, [*row, former, stay.id])
    return len(rows)


def was_once_of(stay_id: UUID, files: Sequence[UUID]) -> bool:
    """Tell whether a stay was given to its present patient by one of these files."""
    with connection.cursor() as cursor:
        cursor.execute(_WAS_OF, [stay_id, list(files)])
        return bool(cursor.fetchone()[0])


def _move_one(type_: str, held: Held, new: UUID, origin: Origin) -> None:
    content = content_of(fhir.loads(held.body)) | {"resourceType": type_}
    if not held.deleted:
        content["subject"] = fhir.reference(f"Patient/{new}")
    at, version = to_the_millisecond(origin.at), held.version + 1
    body = whole(content, held.id, version=version, at=at).decode()
    key: list[Any] = [held.id, type_, held.local_identity_id]
    with connection.cursor() as cursor:
        cursor.execute(_ARCHIVE, key)
        cursor.execute(_MOVE, [new, version, at, origin.source, body, *values_in_order(columns_of(content)), *key])


def _contents_of(resource: dict[str, Any]) -> list[UUID]:
    urls = (part.get("attachment", {}).get("url", "") for part in resource.get("content", []))
    return [UUID(url.removeprefix("Binary/")) for url in urls if url.startswith("Binary/")]
