"""Writes of the store: a put archives what it replaces in the same transaction. Nothing is edited in place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from passerelle.care.identity import api as identity
from passerelle.care.record.rules.columns import COLUMN_NAMES, Columns, columns_of, values_in_order
from passerelle.protocols.fhir import api as fhir


@dataclass(frozen=True, slots=True)
class Stored:
    """What a put gave: the resource's id and its version, from 1."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class _Held:
    version: int
    local_identity_id: UUID
    body: str
    deleted: bool


_INSERT = (
    "INSERT INTO record_resource (type, id, local_identity_id, version, last_updated, source, body, deleted,"  # noqa: S608
    f" establishment, {', '.join(COLUMN_NAMES)}) VALUES ({', '.join(['%s'] * (9 + len(COLUMN_NAMES)))})"
    " ON CONFLICT DO NOTHING"
)
_ARCHIVE = (
    "INSERT INTO record_version (type, id, version, local_identity_id, last_updated, source, body, deleted)"
    " SELECT type, id, version, local_identity_id, last_updated, source, body, deleted FROM record_resource"
    " WHERE id = %s AND type = %s AND local_identity_id = %s"
)
_UPDATE = (
    "UPDATE record_resource SET version = %s, last_updated = %s, source = %s, body = %s, deleted = %s,"  # noqa: S608
    f" {', '.join(f'{name} = %s' for name in COLUMN_NAMES)} WHERE id = %s AND type = %s AND local_identity_id = %s"
)


@transaction.atomic(savepoint=False)
def put(
    resource: Mapping[str, Any], *, local_identity_id: UUID, at: datetime, source: str, establishment: str | None = None
) -> Stored:
    """Store a resource as a new version; without `id` one is given. The identical resource again changes nothing.

    A resource keeps the local identity it was first stored under. `establishment` is the local identity's by default.
    """
    type_, id_ = str(resource["resourceType"]), UUID(str(resource.get("id") or uuid4()))
    content = content_of(resource)
    held = _lock(type_, id_, local_identity_id)
    if held is None:
        place = establishment or identity.local_traits(local_identity_id).establishment
        if _insert(content, id_, local_identity_id=local_identity_id, establishment=place, at=at, source=source):
            return Stored(id_, 1)
        held = _lock(type_, id_)
    if held is None:  # pragma: no cover - rows are never removed
        raise LookupError(f"{type_}/{id_}")
    if not held.deleted and _same(held.body, content):
        return Stored(id_, held.version)
    _replace(content, id_, held, at=at, source=source)
    return Stored(id_, held.version + 1)


@transaction.atomic(savepoint=False)
def delete(type_: str, id_: UUID, *, at: datetime, source: str) -> Stored | None:
    """Store a deletion as a new version; None when there is nothing to delete."""
    held = _lock(type_, id_)
    if held is None or held.deleted:
        return None
    _replace({"resourceType": type_}, id_, held, at=at, source=source, deleted=True)
    return Stored(id_, held.version + 1)


_OURS = {"versionId", "lastUpdated"}


def content_of(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource without what the store itself says of it: its id, version and moment."""
    content = {name: part for name, part in resource.items() if name not in {"id", "meta"}}
    meta = {name: part for name, part in resource.get("meta", {}).items() if name not in _OURS}
    return content | ({"meta": meta} if meta else {})


def whole(content: Mapping[str, Any], id_: UUID, *, version: int, at: datetime) -> bytes:
    """Return the text of a version: the resource with its id and meta."""
    head = {"resourceType": content["resourceType"], "id": str(id_)}
    meta = {**content.get("meta", {}), "versionId": str(version), "lastUpdated": fhir.moment(at)}
    return fhir.dumps({**head, **content, "meta": meta})


def to_the_millisecond(at: datetime) -> datetime:
    """Return the moment with the precision that `meta.lastUpdated` shows."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


_LOCK = "SELECT version, local_identity_id, body, deleted FROM record_resource WHERE id = %s AND type = %s"


def _lock(type_: str, id_: UUID, expected: UUID | None = None) -> _Held | None:
    """Return the current version, locked. Looked for first under the `expected` identity: one partition, not eight."""
    with connection.cursor() as cursor:
        if expected is not None:
            cursor.execute(f"{_LOCK} AND local_identity_id = %s FOR UPDATE", [id_, type_, expected])
            row = cursor.fetchone()
            if row:
                return _Held(*row)
        cursor.execute(f"{_LOCK} FOR UPDATE", [id_, type_])
        row = cursor.fetchone()
    return _Held(*row) if row else None


def _insert(
    content: Mapping[str, Any], id_: UUID, *, local_identity_id: UUID, establishment: str, at: datetime, source: str
) -> bool:
    moment = to_the_millisecond(at)
    body = whole(content, id_, version=1, at=moment).decode()
    values = [content["resourceType"], id_, local_identity_id, 1, moment, source, body, False, establishment]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*values, *values_in_order(columns_of(dict(content)))])
        return bool(cursor.rowcount == 1)


def _replace(
    content: Mapping[str, Any], id_: UUID, held: _Held, *, at: datetime, source: str, deleted: bool = False
) -> None:
    moment, version, type_ = to_the_millisecond(at), held.version + 1, content["resourceType"]
    body = whole(content, id_, version=version, at=moment).decode()
    columns = Columns() if deleted else columns_of(dict(content))
    key = [id_, type_, held.local_identity_id]
    with connection.cursor() as cursor:
        cursor.execute(_ARCHIVE, key)
        cursor.execute(_UPDATE, [version, moment, source, body, deleted, *values_in_order(columns), *key])


def _same(body: str, content: Mapping[str, Any]) -> bool:
    return content_of(fhir.loads(body)) == dict(content)
