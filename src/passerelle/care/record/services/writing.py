"""Writes of the store: a put archives what it replaces in the same transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Stored:
    """What a put gave: the resource's id and its version, from 1."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class BulkRow:
    """A resource to load; its `id` must be a UUID, its `meta` is filled here."""

    resource: dict[str, Any]
    local_identity_id: UUID
    establishment: str
    last_updated: datetime


@dataclass(frozen=True, slots=True)
class BulkContent:
    """The bytes of a document to load, addressed as `Binary/{id}`."""

    id: UUID
    local_identity_id: UUID
    mime: str
    content: bytes
    stored_at: datetime


def put(
    resource: Mapping[str, Any], *, local_identity_id: UUID, at: datetime, source: str, establishment: str | None = None
) -> Stored:
    """Store a resource as a new version; without `id` one is given. The identical resource again changes nothing.

    A resource keeps the local identity it was first stored under.
    """
    raise NotImplementedError


def delete(type_: str, id_: UUID, *, at: datetime, source: str) -> Stored | None:
    """Store a deletion as a new version; None when there is nothing to delete."""
    raise NotImplementedError


def put_content(content: bytes, *, mime: str, local_identity_id: UUID, at: datetime, id_: UUID | None = None) -> UUID:
    """Store the bytes of a document and return the id of its `Binary`."""
    raise NotImplementedError


def bulk_load(type_: str, rows: Iterable[BulkRow], *, source: str) -> int:
    """Load first versions by COPY; return how many. The ids must be new."""
    raise NotImplementedError


def bulk_load_contents(rows: Iterable[BulkContent]) -> int:
    """Load the bytes of documents by COPY; return how many."""
    raise NotImplementedError
