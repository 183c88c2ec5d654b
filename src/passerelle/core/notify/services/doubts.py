"""What may have left: found after a dead sender, settled by receipts, sent again only when they show it did not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from passerelle.core.notify.models import Message, State, Step, StepKind

#: How long the receipt of a message may take when the gateway took it.
PATIENCE: Final = timedelta(minutes=15)
_INTERRUPTED: Final = """
    UPDATE notify_message SET state = 'doubtful', reason = 'l’expéditeur s’est arrêté net pendant l’envoi'
    WHERE id IN (
        SELECT id FROM notify_message WHERE state = 'sending' AND leased_until <= %(at)s FOR UPDATE SKIP LOCKED)
    RETURNING id
"""
#: The gateway tells of what it takes at once (bits 4, 8, 16 of a report). When it told of something that left after a
#: doubtful message, and nothing of that message, it never had it. Told once only: a second doubt is for a person.
_NEVER_LEFT: Final = """
    UPDATE notify_message m SET state = 'waiting', due_at = %(at)s, was_doubtful = true, token = NULL,
        reason = 'aucun accusé, alors que ceux d’envois plus récents sont venus'
    WHERE m.id IN (
        SELECT d.id FROM notify_message d
        WHERE d.state = 'doubtful' AND d.channel = %(channel)s AND NOT d.was_doubtful AND d.begun_at <= %(before)s
          AND d.expires_at > %(at)s
          AND EXISTS (
              SELECT 1 FROM notify_message later JOIN notify_step s ON s.message_id = later.id AND s.kind = 'receipt'
              WHERE later.channel = d.channel AND later.begun_at > d.begun_at)
        FOR UPDATE OF d SKIP LOCKED)
    RETURNING m.id
"""


@transaction.atomic
def note_interrupted(*, at: datetime) -> int:
    """Call doubtful what a sender claimed and never marked, once its lease is over; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_INTERRUPTED, {"at": at})
        rows = [row for (row,) in cursor.fetchall()]
    Step.objects.bulk_create(Step(message_id=row, at=at, kind=StepKind.INTERRUPTED) for row in rows)
    return len(rows)


@transaction.atomic
def settle_doubts(channels: Sequence[str], *, at: datetime, patience: timedelta = PATIENCE) -> int:
    """Put back in the queue what the receipts show never left; return how many. `channels`: with receipts."""
    found = 0
    for channel in channels:
        with connection.cursor() as cursor:
            cursor.execute(_NEVER_LEFT, {"at": at, "before": at - patience, "channel": channel})
            rows = [row for (row,) in cursor.fetchall()]
        Step.objects.bulk_create(Step(message_id=row, at=at, kind=StepKind.RESENT) for row in rows)
        found += len(rows)
    return found


def doubtful_count() -> int:
    """Return how many messages may have left and await a receipt, or a person."""
    return Message.objects.filter(state=State.DOUBTFUL).count()
