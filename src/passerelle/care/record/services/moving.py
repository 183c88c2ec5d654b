"""Move a stay, with what hangs on it, from one patient file to another (A44). Source: IHE PAM France 2.11, ITI-31."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from passerelle.care.record.rules.columns import COLUMN_NAMES, columns_of, values_in_order
from passerelle.care.record.services.charts import NumberedStay, lock_stays
from passerelle.care.record.services.writing import Held, Origin, content_of, to_the_millisecond, whole
from passerelle.protocols.fhir import api as fhir

_OF_THE_STAY = (
    "SELECT type, id, version, local_identity_id, last_updated, body, deleted FROM record_resource"
    " WHERE local_identity_id = %s AND (encounter = %s OR (type = 'Encounter' AND id = %s))"
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
_MOVE_CONTENTS = "UPDATE record_content SET local_identity_id = %s WHERE id = ANY(%s) AND local_identity_id = %s"
_MOVE_EVENTS = "UPDATE record_stayevent SET local_identity_id = %s WHERE stay_id = %s"


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
    if stay.held is None:
        raise UnknownStay
    if stay.held.local_identity_id == move.new:
        return 0
    former = stay.held.local_identity_id
    if former not in move.former:
        raise UnknownStay
    with connection.cursor() as cursor:
        cursor.execute(_OF_THE_STAY, [former, stay.id, stay.id])
        rows = cursor.fetchall()
    for type_, *held in rows:
        _move_one(type_, Held(*held), move.new, origin)
    contents = [id_ for _, *held in rows for id_ in _contents_of(fhir.loads(held[4]))]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_CONTENTS, [move.new, contents, former])
        cursor.execute(_MOVE_EVENTS, [move.new, stay.id])
    return len(rows)


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
