"""Take an item out of its queue, and mark what became of it: each in one short transaction, fenced by a token."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from passerelle.care.delivery.models import State, Step, StepKind
from passerelle.care.delivery.rules.answering import Answer
from passerelle.care.delivery.rules.lanes import Pending
from passerelle.care.delivery.rules.outcomes import Fate, Next, Verdict
from passerelle.care.delivery.services.receipts import after_settling
from passerelle.care.delivery.transports.parcel import Parcel

_WINDOW = 500
_PENDING = """
    SELECT id, keys, state, due_at FROM delivery_item
    WHERE destination = %s AND state IN ('waiting', 'sending', 'ambiguous') AND id > %s ORDER BY id LIMIT %s
"""
_BEGIN = """
    UPDATE delivery_item SET state = 'sending', token = %(token)s, attempts = attempts + 1, begun_at = %(at)s
    WHERE id = %(id)s AND state = 'waiting' AND EXISTS (
        SELECT FROM delivery_line line
        WHERE line.destination = delivery_item.destination AND line.token = %(token)s AND line.paused_at IS NULL)
    RETURNING id, destination, payload, code, trigger, control_id, establishment, recipient, created_at, attempts
"""
_MARK = """
    UPDATE delivery_item SET state = %(state)s, due_at = %(due_at)s, settled_at = %(settled_at)s,
      answer_code = %(code)s, reason = %(reason)s
    WHERE id = %(id)s AND state = 'sending' AND token = %(token)s AND EXISTS (
        SELECT FROM delivery_line line
        WHERE line.destination = delivery_item.destination AND line.token = %(token)s)
"""
_INTERRUPTED = "SELECT id FROM delivery_item WHERE destination = %s AND state = 'sending' ORDER BY id FOR UPDATE"
_STATES = {
    Fate.DELIVERED: State.DELIVERED,
    Fate.FAILED: State.FAILED,
    Fate.AMBIGUOUS: State.AMBIGUOUS,
    Fate.AGAIN: State.WAITING,
}
_STEPS = {
    Verdict.ACCEPTED: StepKind.DELIVERED,
    Verdict.REFUSED: StepKind.REFUSED,
    Verdict.LATER: StepKind.LATER,
    Verdict.NOT_SENT: StepKind.NOT_SENT,
    Verdict.UNANSWERED: StepKind.UNANSWERED,
}
_STOPPED = "l’expéditeur s’est arrêté net pendant l’envoi"


class FencedOff(Exception):
    """Un autre expéditeur a pris ce destinataire : rien n’est marqué."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a try gave, and what becomes of the item."""

    answer: Answer
    next: Next
    due_at: datetime | None


def pending(destination: str) -> Iterator[Pending]:
    """Yield the items of a destination that are not settled, in their order; reads on as long as it is asked."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_PENDING, [destination, last, _WINDOW])
            rows = cursor.fetchall()
        for number, keys, state, due_at in rows:
            yield Pending(number, tuple(keys), state, due_at)
        if len(rows) < _WINDOW:
            return
        last = rows[-1][0]


def begin(item_id: int, *, token: int, at: datetime) -> Parcel | None:
    """Write that an item is about to be sent; None when it has changed, or the destination is paused or lost."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, {"id": item_id, "token": token, "at": at})
        row = cursor.fetchone()
    if row is None:
        return None
    return Parcel(row[0], row[1], bytes(row[2]), *row[3:])


@transaction.atomic
def mark(parcel: Parcel, result: Result, *, token: int, at: datetime) -> None:
    """Write what became of an item that this sender began, and what follows from it.

    Raises:
        FencedOff: another sender has taken the destination since; it decides.
    """
    answer, fate = result.answer, result.next.fate
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK,
            {
                "id": parcel.id,
                "token": token,
                "state": _STATES[fate].value,
                "due_at": result.due_at,
                "settled_at": at if fate in {Fate.DELIVERED, Fate.FAILED} else None,
                "code": answer.code[:20],
                "reason": answer.text,
            },
        )
        if cursor.rowcount != 1:
            raise FencedOff
    Step.objects.create(item_id=parcel.id, at=at, kind=_STEPS[answer.verdict], note=answer.text, answer=answer.raw)
    after_settling(parcel, fate, answer, at=at)


@transaction.atomic
def recover(destination: str, *, is_idempotent: bool, at: datetime) -> int:
    """Settle what a former sender had in hand when it stopped, before any new work; return how many items.

    They may have arrived: they are sent again only when the contract says that this is harmless, else kept for a
    person.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INTERRUPTED, [destination])
        found = [number for (number,) in cursor.fetchall()]
        state = State.WAITING if is_idempotent else State.AMBIGUOUS
        cursor.execute(
            "UPDATE delivery_item SET state = %s, due_at = NULL, reason = %s WHERE id = ANY(%s)",
            [state.value, _STOPPED, found],
        )
    Step.objects.bulk_create(
        [Step(item_id=number, at=at, kind=StepKind.INTERRUPTED, note=_STOPPED) for number in found]
    )
    return len(found)
