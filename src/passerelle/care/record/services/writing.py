"""Writes of the store: a put archives what it replaces in the same transaction. Nothing is edited in place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from django.db import transaction

from passerelle.care.delivery import api as delivery
from passerelle.care.exchange.api import Table, ask, insert_row, write
from passerelle.care.identity import api as identity
from passerelle.care.record.rules.columns import COLUMN_NAMES, COLUMN_TYPES, Columns, columns_of, values_in_order
from passerelle.protocols.fhir import api as fhir


@dataclass(frozen=True, slots=True)
class Stored:
    """What a put gave: the resource's id and its version, from 1."""

    id: UUID
    version: int


class Held(NamedTuple):
    """The current version of a resource, locked until the end of the transaction."""

    id: UUID
    version: int
    local_identity_id: UUID
    last_updated: datetime
    body: str
    deleted: bool


class Whose(NamedTuple):
    """The id of a resource and the local identity it is stored under when it is new."""

    id: UUID
    local_identity_id: UUID


class Origin(NamedTuple):
    """Where a version comes from: the moment it came, the message that told it, the establishment it belongs to."""

    at: datetime
    source: str
    establishment: str


class NewVersion(NamedTuple):
    """A version to store: its whole text, and the same parsed, of which the index is made."""

    type: str
    id: UUID
    local_identity_id: UUID
    version: int
    moment: datetime
    body: str
    resource: dict[str, Any]
    deleted: bool = False


#: The current versions, as rows.
RESOURCES: Final = Table(
    "record_resource",
    {
        "type": "text",
        "id": "uuid",
        "local_identity_id": "uuid",
        "version": "integer",
        "last_updated": "timestamp with time zone",
        "source": "text",
        "body": "text",
        "deleted": "boolean",
        "establishment": "text",
        **COLUMN_TYPES,
    },
)
_REPLACE = (
    "WITH archived AS ("  # noqa: S608 - the names of our columns
    "INSERT INTO record_version (type, id, version, local_identity_id, last_updated, source, body, deleted)"
    " SELECT type, id, version, local_identity_id, last_updated, source, body, deleted FROM record_resource"
    " WHERE id = %s AND type = %s AND local_identity_id = %s"
    ") UPDATE record_resource SET version = %s, last_updated = %s, source = %s, body = %s, deleted = %s,"
    f" {', '.join(f'{name} = %s' for name in COLUMN_NAMES)} WHERE id = %s AND type = %s AND local_identity_id = %s"
)
HELD_COLUMNS: Final = "id, version, local_identity_id, last_updated, body, deleted"
_LOCK = f"SELECT {HELD_COLUMNS} FROM record_resource WHERE id = %s AND type = %s"  # noqa: S608 - our words
_LOCK_ANYWHERE = f"{_LOCK} FOR UPDATE"
_LOCK_WITHIN = f"{_LOCK} AND local_identity_id = %s FOR UPDATE"


@transaction.atomic(savepoint=False)
def put(
    resource: Mapping[str, Any], *, local_identity_id: UUID, at: datetime, source: str, establishment: str | None = None
) -> Stored:
    """Store a resource as a new version; without `id` one is given. The identical resource again changes nothing.

    A resource keeps the local identity it was first stored under. `establishment` is the local identity's by default.
    """
    type_, id_ = str(resource["resourceType"]), UUID(str(resource.get("id") or uuid4()))
    held = lock(type_, id_, likely=local_identity_id)
    place = establishment
    if place is None:
        place = identity.local_traits(local_identity_id).establishment if held is None else ""
    whose = Whose(id_, local_identity_id)
    stored = put_over(held, resource, whose, Origin(at, source, place))
    return Stored(stored.id, stored.version)


def put_over(held: Held | None, resource: Mapping[str, Any], whose: Whose, origin: Origin) -> Held:
    """Store a resource over the version held, None when there was none; return the version there is now.

    The caller has opened the transaction and locked that version. What differs from it is a new one.
    """
    content = content_of(resource)
    if held is None:
        stored = _insert(content, whose, origin)
        if stored is not None:
            return _told(stored, content["resourceType"], origin)
        held = lock(str(content["resourceType"]), whose.id)  # another worker has just stored it
    if held is None:  # pragma: no cover - rows are never removed
        raise LookupError(f"{content['resourceType']}/{whose.id}")
    if not held.deleted and _same(held.body, content):
        return held
    return _told(_replace(content, held, origin), content["resourceType"], origin)


def _told(stored: Held, kind: str, origin: Origin) -> Held:
    tell(kind, stored.body, origin)
    return stored


def tell(kind: str, body: str, origin: Origin) -> None:
    """Tell a new version to those who subscribed to its type, if any."""
    if delivery.has_followers(kind):
        delivery.publish_resource(fhir.loads(body), establishment=origin.establishment, at=origin.at)


@transaction.atomic(savepoint=False)
def delete(type_: str, id_: UUID, *, at: datetime, source: str) -> Stored | None:
    """Store a deletion as a new version; None when there is nothing to delete."""
    held = lock(type_, id_)
    if held is None or held.deleted:
        return None
    return Stored(id_, _replace({"resourceType": type_}, held, Origin(at, source, ""), deleted=True).version)


def lock(type_: str, id_: UUID, *, likely: UUID | None = None) -> Held | None:
    """Return the current version, locked. Looked for first under the `likely` identity: one partition, not eight."""
    row = ask(_LOCK_WITHIN, [id_, type_, likely]).fetchone() if likely else None
    if row is None and likely != id_:  # a Patient bears the id of its local identity: it is there or nowhere
        row = ask(_LOCK_ANYWHERE, [id_, type_]).fetchone()
    return Held(*row) if row else None


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


def insert_version(new: NewVersion, origin: Origin) -> bool:
    """Store a first version; False when another worker has just stored one (see `insert_row`)."""
    key = [new.type, new.id, new.local_identity_id]
    values = [*key, new.version, new.moment, origin.source, new.body, new.deleted, origin.establishment]
    return insert_row(RESOURCES, [*values, *values_in_order(columns_of(new.resource))])


def replace_version(new: NewVersion, origin: Origin) -> None:
    """Archive the version there is, locked, and put this one in its place."""
    columns = Columns() if new.deleted else columns_of(new.resource)
    key = [new.id, new.type, new.local_identity_id]
    values = [new.version, new.moment, origin.source, new.body, new.deleted, *values_in_order(columns)]
    write(_REPLACE, [*key, *values, *key])


def _insert(content: dict[str, Any], whose: Whose, origin: Origin) -> Held | None:
    moment = to_the_millisecond(origin.at)
    body = whole(content, whose.id, version=1, at=moment).decode()
    new = NewVersion(content["resourceType"], whose.id, whose.local_identity_id, 1, moment, body, content)
    if not insert_version(new, origin):
        return None
    return Held(whose.id, 1, whose.local_identity_id, moment, body, deleted=False)


def _replace(content: dict[str, Any], held: Held, origin: Origin, *, deleted: bool = False) -> Held:
    moment, version = to_the_millisecond(origin.at), held.version + 1
    body = whole(content, held.id, version=version, at=moment).decode()
    kind = content["resourceType"]
    replace_version(NewVersion(kind, held.id, held.local_identity_id, version, moment, body, content, deleted), origin)
    return Held(held.id, version, held.local_identity_id, moment, body, deleted)


def _same(body: str, content: Mapping[str, Any]) -> bool:
    return content_of(fhir.loads(body)) == content
