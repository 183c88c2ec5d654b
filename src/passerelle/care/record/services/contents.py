"""The bytes of documents: compressed, told by their size and SHA-256, addressed as `Binary/{id}`."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

from django.db import connection

from passerelle.care.exchange.api import write

_LEVEL = 6
_KEEP = (
    "INSERT INTO record_content (id, local_identity_id, mime, sha256, body, size, stored_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class BulkContent:
    """The bytes of a document to load, addressed as `Binary/{id}`."""

    id: UUID
    local_identity_id: UUID
    mime: str
    content: bytes
    stored_at: datetime


def put_content(content: bytes, *, mime: str, local_identity_id: UUID, at: datetime, id_: UUID | None = None) -> UUID:
    """Store the bytes of a document and return the id of its `Binary`; an id already there keeps its bytes."""
    binary_id = id_ or uuid4()
    body = zlib.compress(content, _LEVEL)
    write(_KEEP, [binary_id, local_identity_id, mime, sha256(content).digest(), body, len(content), at])
    return binary_id


def bulk_load_contents(rows: Iterable[BulkContent]) -> int:
    """Load the bytes of documents by COPY; return how many. The ids must be new."""
    count = 0
    columns = "id, local_identity_id, mime, sha256, body, size, stored_at"
    statement = f"COPY record_content ({columns}) FROM STDIN WITH (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["uuid", "uuid", "text", "bytea", "bytea", "int4", "timestamptz"])
        for row in rows:
            digest, body = sha256(row.content).digest(), zlib.compress(row.content, _LEVEL)
            copy.write_row((row.id, row.local_identity_id, row.mime, digest, body, len(row.content), row.stored_at))
            count += 1
    return count
