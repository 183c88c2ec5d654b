"""The matcher's turn: files that are new or changed are stored, decided, then linked or proposed."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import Error, connection, transaction

from passerelle.care.matching.models import Waiting
from passerelle.care.matching.services.deciding import match_one

_log = logging.getLogger(__name__)
_GROUP: Final = 20
_ONE_AT_A_TIME: Final = 0x6D617463  # the number of the lock: two files that arrive together must see each other
_MOST_ATTEMPTS: Final = 5
_PAUSE: Final = timedelta(minutes=1)
_NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)
_TAKE: Final = (
    "SELECT id, local_identity_id FROM matching_waiting WHERE not_before IS NULL OR not_before <= %s"
    " ORDER BY id LIMIT %s FOR UPDATE"
)
Clock = Callable[[], datetime]


def match_waiting(clock: Clock) -> int:
    """Match a few waiting files; return how many were taken, 0 when none waits or another worker is at it.

    What is decided for a file and its leaving the queue are one commit: a worker killed meanwhile loses nothing, and
    doing a file again changes nothing. A file that fails is tried alone, later, then left for a human to look into.
    """
    try:
        with transaction.atomic():
            return _match_group(clock(), _GROUP)
    except Exception as error:
        if not connection.is_usable():
            raise
        _log.warning("matching: group undone (%s), files are taken one by one", type(error).__name__)
    return sum(_match_alone(clock) for _ in range(_GROUP))


def _match_group(at: datetime, most: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SET LOCAL lock_timeout = '500ms'")
        cursor.execute(_TAKE, [at, most])
        taken = cursor.fetchall()
    for file in dict.fromkeys(file for _, file in taken):
        match_one(file, at=at)
    Waiting.objects.filter(pk__in=[rank for rank, _ in taken]).delete()
    return len(taken)


def _match_alone(clock: Clock) -> int:
    at = clock()
    try:
        with transaction.atomic():
            return _match_group(at, 1)
    except Exception as error:
        if not connection.is_usable():
            raise
        _put_off(at, error)
    return 1


def _put_off(at: datetime, error: Exception) -> None:
    """Leave the first file for later; after several failures that are not the database's, for good."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [at, 1])
            taken: tuple[int, UUID] | None = cursor.fetchone()
        if taken is None:
            return
        row = Waiting.objects.get(pk=taken[0])
        row.attempts += 0 if isinstance(error, Error) else 1
        row.not_before = _NEVER if row.attempts >= _MOST_ATTEMPTS else at + _PAUSE
        row.save(update_fields=["attempts", "not_before"])
    _log.warning("matching: file %s put off (%s)", taken[1], type(error).__name__)
