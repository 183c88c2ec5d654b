"""What an account has read of a record."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from passerelle.care.record.selectors.opened import Piece

#: Older pieces ask nobody to read them.
UNREAD_FOR: Final = timedelta(days=30)
_READABLE: Final = frozenset({"DocumentReference", "DiagnosticReport", "Observation"})
_READ = "SELECT resource_id, version FROM record_readmark WHERE account_id = %s AND resource_id = ANY(%s)"


def unread_among(pieces: Iterable[Piece], *, account_id: UUID | None, at: datetime) -> frozenset[UUID]:
    """Return which of these pieces came lately and were not read by the account in their present version."""
    candidates = [one for one in pieces if _asks_to_be_read(one, at)]
    if account_id is None or not candidates:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_READ, [account_id, [one.id for one in candidates]])
        read = set(cursor.fetchall())
    return frozenset(one.id for one in candidates if (one.id, one.version) not in read)


def _asks_to_be_read(piece: Piece, at: datetime) -> bool:
    is_current = piece.type != "DocumentReference" or piece.status == "current"
    return piece.type in _READABLE and is_current and piece.stored_at > at - UNREAD_FOR
