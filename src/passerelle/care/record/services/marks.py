"""What an account has read: rows are only added."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection

_ADD = """
    INSERT INTO record_readmark (account_id, type, resource_id, version, read_at)
    SELECT %s, type, id, version, %s FROM unnest(%s::text[], %s::uuid[], %s::int[]) AS read (type, id, version)
    ON CONFLICT DO NOTHING
"""


def mark_read(*, account_id: UUID, pieces: Iterable[tuple[str, UUID, int]], at: datetime) -> int:
    """Note that an account has read these versions (type, id, version); return how many it had not read before."""
    read = list(pieces)
    if not read:
        return 0
    types, ids, versions = (list(column) for column in zip(*read, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [account_id, at, types, ids, versions])
        return int(cursor.rowcount)
