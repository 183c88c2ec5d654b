"""What a person decides about an item or a destination. Each decision is journalled, and the senders wake up."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from passerelle.care.delivery.models import Item, Line, State, Step, StepKind
from passerelle.care.delivery.services.publishing import BELL
from passerelle.care.exchange.api import ALONE_UP_TO
from passerelle.core.audit import api as audit

MOST_AT_ONCE = ALONE_UP_TO


class NotToDecide(Exception):
    """Cet envoi n’attend plus cette décision : rien n’est fait."""


class ReasonRequired(Exception):
    """Écrivez pourquoi."""


class TooMany(Exception):
    """Plus de 1 000 envois : l’accord d’une autre personne est nécessaire."""


@transaction.atomic
def send_again(*, item_id: int, by: audit.Actor, at: datetime, reason: str) -> None:
    """Send again a doubtful item, at its place in the order of its patient.

    Raises:
        NotToDecide: it is not doubtful.
        ReasonRequired: no reason is given.
    """
    _decide(item_id, (State.AMBIGUOUS,), (State.WAITING, StepKind.RESENT), by=by, at=at, reason=reason)


@transaction.atomic
def assume_delivered(*, item_id: int, by: audit.Actor, at: datetime, reason: str) -> None:
    """Hold a doubtful item for delivered: somebody asked the destination.

    Raises:
        NotToDecide: it is not doubtful.
        ReasonRequired: no reason is given.
    """
    _decide(item_id, (State.AMBIGUOUS,), (State.DELIVERED, StepKind.ASSUMED), by=by, at=at, reason=reason)


@transaction.atomic
def cancel(*, item_id: int, by: audit.Actor, at: datetime, reason: str) -> None:
    """Give up sending an item; it stays readable.

    Raises:
        NotToDecide: it is being sent, or settled.
        ReasonRequired: no reason is given.
    """
    allowed = (State.WAITING, State.AMBIGUOUS, State.FAILED)
    _decide(item_id, allowed, (State.CANCELLED, StepKind.CANCELLED), by=by, at=at, reason=reason)


@transaction.atomic
def retry(*, item_ids: Sequence[int], by: audit.Actor, at: datetime, reason: str) -> int:
    """Put dead letters back in their queues; return how many were still dead letters.

    Raises:
        ReasonRequired: no reason is given.
        TooMany: more than a thousand.
    """
    if len(item_ids) > MOST_AT_ONCE:
        raise TooMany
    if not reason.strip():
        raise ReasonRequired
    items = list(Item.objects.select_for_update().filter(pk__in=item_ids, state=State.FAILED).order_by("pk"))
    found = [item.pk for item in items]
    Item.objects.filter(pk__in=found).update(state=State.WAITING, due_at=None, attempts=0, settled_at=None)
    Step.objects.bulk_create(
        [Step(item_id=number, at=at, kind=StepKind.RETRIED, actor_name=by.name, note=reason) for number in found]
    )
    for destination in sorted({item.destination for item in items}):
        told = {"decision": "retried", "count": len(found)}
        _journal(f"destination:{destination}", by=by, at=at, reason=reason, detail=told)
        _ring(destination)
    return len(found)


def retry_of_run(numbers: list[int], by: audit.Actor, at: datetime, reason: str) -> int:
    """Put the dead letters of one slice of an agreed run back in their queues; return how many still were."""
    return retry(item_ids=numbers, by=by, at=at, reason=reason)


@transaction.atomic
def pause(*, destination: str, by: audit.Actor, at: datetime, reason: str) -> None:
    """Stop sending to a destination after the item in hand; what comes waits in its queue.

    Raises:
        ReasonRequired: no reason is given.
    """
    if not reason.strip():
        raise ReasonRequired
    Line.objects.get_or_create(pk=destination)
    Line.objects.filter(pk=destination).update(paused_at=at, paused_by=by.name, paused_reason=reason.strip()[:300])
    _journal(f"destination:{destination}", by=by, at=at, reason=reason, detail={"decision": "paused"})


@transaction.atomic
def resume(*, destination: str, by: audit.Actor, at: datetime) -> None:
    """Send again to a paused destination, at once."""
    Line.objects.filter(pk=destination).update(paused_at=None, paused_by="", paused_reason="", retry_at=None)
    _journal(f"destination:{destination}", by=by, at=at, reason="", detail={"decision": "resumed"})
    _ring(destination)


@transaction.atomic
def try_now(*, destination: str, by: audit.Actor, at: datetime) -> None:
    """Try a destination and its delayed items without waiting; its circuit closes only if it answers."""
    Line.objects.filter(pk=destination).update(retry_at=None)
    Item.objects.filter(destination=destination, state=State.WAITING).exclude(due_at=None).update(due_at=None)
    _journal(f"destination:{destination}", by=by, at=at, reason="", detail={"decision": "tried"})
    _ring(destination)


def _decide(
    item_id: int,
    allowed: Sequence[State],
    becomes: tuple[State, StepKind],
    *,
    by: audit.Actor,
    at: datetime,
    reason: str,
) -> None:
    if not reason.strip():
        raise ReasonRequired
    item = Item.objects.select_for_update().filter(pk=item_id, state__in=allowed).first()
    if item is None:
        raise NotToDecide
    state, kind = becomes
    item.state, item.due_at = state, None
    item.settled_at = None if state is State.WAITING else at
    item.save(update_fields=["state", "due_at", "settled_at"])
    Step.objects.create(item=item, at=at, kind=kind, actor_name=by.name, note=reason)
    told: dict[str, object] = {"decision": kind.value, "destination": item.destination}
    _journal(f"delivery:{item.pk}", by=by, at=at, reason=reason, detail=told)
    _ring(item.destination)


def _journal(target: str, *, by: audit.Actor, at: datetime, reason: str, detail: dict[str, object]) -> None:
    audit.record(audit.Action.MESSAGE_REPLAYED, by=by, at=at, target=target, reason=reason, detail=detail)


def _ring(destination: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [BELL, destination])
