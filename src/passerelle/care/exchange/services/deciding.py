"""What a person decides about a parked message."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from passerelle.care.exchange.models import Message, State, Step, StepKind
from passerelle.care.exchange.services.lanes import hold_lanes, keep_router_out
from passerelle.care.exchange.services.remapping import current_form
from passerelle.care.exchange.services.storing import CHANNEL
from passerelle.core.audit import api as audit


class NotParked(Exception):
    """Ce message n’attend pas de décision : rien n’est fait."""


class ReasonRequired(Exception):
    """Écrivez pourquoi ce message est écarté."""


_REFUSED = (State.REFUSED, State.CONFLICT)


@transaction.atomic
def replay(*, message_id: UUID, by: audit.Actor, at: datetime, reason: str = "") -> None:
    """Put a parked message back in its place in the lane; the worker takes it at once.

    Raises:
        NotParked: it is not waiting for a decision.
    """
    message = _parked(message_id)
    message.state, message.attempts, message.begun, message.next_attempt_at = State.RECEIVED, 0, 0, None
    message.form = current_form(message)
    message.save(update_fields=["state", "attempts", "begun", "next_attempt_at", "form"])
    _decided(message, StepKind.REPLAYED, by=by, at=at, reason=reason)


@transaction.atomic
def set_aside(*, message_id: UUID, by: audit.Actor, at: datetime, reason: str) -> None:
    """Give up applying a parked message, which stays readable, so that the messages behind it go on.

    Raises:
        NotParked: it is not waiting for a decision.
        ReasonRequired: no reason is given.
    """
    if not reason.strip():
        raise ReasonRequired
    message = _parked(message_id)
    message.state = State.SET_ASIDE
    message.save(update_fields=["state"])
    _decided(message, StepKind.SET_ASIDE, by=by, at=at, reason=reason)


@transaction.atomic
def dismiss(*, message_ids: Sequence[UUID], by: audit.Actor, at: datetime, reason: str) -> int:
    """Take refused messages off the list of failures, where they await nothing more, and return how many.

    They keep their state and their bytes: nothing of them was ever applied.

    Raises:
        ReasonRequired: no reason is given.
    """
    if not reason.strip():
        raise ReasonRequired
    found = list(Message.objects.filter(pk__in=message_ids, state__in=_REFUSED).order_by("seq"))
    for message in found:
        Step.objects.create(message=message, at=at, kind=StepKind.SET_ASIDE, actor_name=by.name, note=reason)
    audit.record(
        audit.Action.RESOURCE_CHANGED,
        by=by,
        at=at,
        target="message:failures",
        reason=reason,
        detail={"decision": "dismissed", "messages": len(found)},
    )
    return len(found)


def _parked(message_id: UUID) -> Message:
    keep_router_out()
    message = Message.objects.select_for_update().filter(pk=message_id, state=State.PARKED).first()
    if message is None:
        raise NotParked
    return message


def _decided(message: Message, kind: StepKind, *, by: audit.Actor, at: datetime, reason: str) -> None:
    hold_lanes([message.lane] if message.lane is not None else [])
    Step.objects.create(message=message, at=at, kind=kind, actor_name=by.name, note=reason)
    audit.record(
        audit.Action.MESSAGE_REPLAYED,
        by=by,
        at=at,
        target=f"message:{message.pk}",
        reason=reason,
        detail={"decision": kind.value, "control_id": message.control_id},
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
