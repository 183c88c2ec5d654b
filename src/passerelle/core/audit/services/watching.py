from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from passerelle.core.audit.actions import Action
from passerelle.core.audit.services.recording import record
from passerelle.core.parameters.api import legal

WINDOW: Final = timedelta(hours=1)
_READERS: Final = """
    SELECT e.account_id, count(DISTINCT e.person_id) FROM audit_event e
    WHERE e.at > %(since)s AND e.at <= %(at)s AND e.account_id IS NOT NULL AND e.person_id IS NOT NULL
    AND e.outcome = 'allowed' AND e.action = ANY(%(readings)s)
    AND NOT EXISTS (SELECT FROM audit_event told WHERE told.at > %(since)s AND told.at <= %(at)s
        AND told.action = %(told)s AND told.target = 'account:' || e.account_id)
    GROUP BY e.account_id HAVING count(DISTINCT e.person_id) > %(limit)s ORDER BY e.account_id
"""
_READINGS: Final = (
    Action.RECORD_READ,
    Action.RECORD_SEARCHED,
    Action.HISTORY_READ,
    Action.DOCUMENT_OPENED,
    Action.RECORD_EXPORTED,
    Action.IDENTITY_READ,
)


def note_bulk_readers(*, at: datetime) -> list[UUID]:
    """Note in the journal each account that read more persons in the last hour than the house allows; return them.

    A valid account and standard pages are how records leave in number; an account is told of once in an hour.
    """
    limit = legal("access.persons_read_per_hour", timezone.localdate(at)).as_int
    asked = {
        "since": at - WINDOW,
        "at": at,
        "limit": limit,
        "told": Action.BULK_READ.value,
        "readings": [one.value for one in _READINGS],
    }
    with connection.cursor() as cursor:
        cursor.execute(_READERS, asked)
        readers: list[tuple[UUID, int]] = cursor.fetchall()
    for account_id, persons in readers:
        record(
            Action.BULK_READ,
            by=None,
            at=at,
            target=f"account:{account_id}",
            detail={"persons": persons, "limit": limit, "minutes": 60},
        )
    return [account_id for account_id, _ in readers]
