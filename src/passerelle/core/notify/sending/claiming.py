"""Take what is due: one statement, so that two senders never take the same; committed before the first byte leaves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from django.db import connection, transaction

from passerelle.core.notify.models import Line
from passerelle.core.notify.rules.circuit import OPEN, Circuit, allowance, may_try
from passerelle.core.notify.rules.quiet import is_quiet
from passerelle.core.notify.sending.declared import Declared

_EXPIRE: Final = """
    UPDATE notify_message SET state = 'expired', settled_at = %(at)s
    WHERE id IN (
        SELECT id FROM notify_message WHERE state = 'waiting' AND expires_at <= %(at)s
        LIMIT 5000 FOR UPDATE SKIP LOCKED)
"""
_CLAIM: Final = """
    UPDATE notify_message SET state = 'sending', token = %(token)s, begun_at = %(at)s, leased_until = %(until)s,
        attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM notify_message m
        WHERE state = 'waiting' AND channel = %(channel)s AND due_at <= %(at)s AND expires_at > %(at)s
          AND (any_hour OR NOT %(quiet)s)
          AND (passes_stop OR NOT EXISTS (
              SELECT 1 FROM notify_stop s WHERE s.recipient_hash = m.recipient_hash AND s.lifted_at IS NULL))
        ORDER BY due_at, id LIMIT %(most)s FOR UPDATE OF m SKIP LOCKED)
    RETURNING id, public_id, recipient, template, words, attempts
"""
_NOW: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message that this sender alone may send, until its lease is over."""

    row: int
    public_id: UUID
    recipient: str
    template: str
    words: dict[str, str]
    attempts: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What was taken under one token; when nothing may leave yet, how long to wait (None: nothing awaits)."""

    token: UUID
    messages: tuple[Claimed, ...] = ()
    wait: timedelta | None = None


def expire(*, at: datetime) -> int:
    """Set aside what is past its time, whether its gateway is there, paused or was never declared; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRE, {"at": at})
        count: int = cursor.rowcount
    return count


@transaction.atomic
def claim(gateway: Declared, *, at: datetime) -> Claim:
    """Take the messages that this gateway may be given now; what is past its time is not (see `expire`)."""
    token = uuid4()
    Line.objects.get_or_create(code=gateway.code)
    line = Line.objects.select_for_update(of=("self",)).get(code=gateway.code)
    circuit = Circuit(line.circuit, line.failures, line.retry_at)
    if line.paused_at is not None or not may_try(circuit, at):
        return Claim(token)
    most = 1 if line.circuit == OPEN else gateway.batch
    allowed = allowance(line.next_slot_at, at=at, per_second=gateway.per_second, most=most)
    if allowed.count == 0:
        return Claim(token, wait=max(_NOW, allowed.next_slot_at - at) + timedelta(seconds=1 / gateway.per_second))
    until = at + timedelta(seconds=gateway.lease_s)
    found = _taken(
        {
            "channel": gateway.channel,
            "at": at,
            "token": token,
            "until": until,
            "quiet": is_quiet(at),
            "most": allowed.count,
        }
    )
    if found:
        used = allowance(line.next_slot_at, at=at, per_second=gateway.per_second, most=len(found))
        line.next_slot_at = used.next_slot_at
        line.save(update_fields=["next_slot_at"])
    return Claim(token, found)


def _taken(asked: dict[str, Any]) -> tuple[Claimed, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, asked)
        return tuple(
            Claimed(number, public_id, recipient, template, _words(words), attempts)
            for number, public_id, recipient, template, words, attempts in sorted(cursor.fetchall())
        )


def _words(stored: str | dict[str, str]) -> dict[str, str]:
    return stored if isinstance(stored, dict) else orjson.loads(stored)
