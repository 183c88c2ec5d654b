from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.core.notify.models import Line, Message, State, Step, StepKind
from passerelle.core.notify.rules.outcomes import Receipt, of_receipt

_NOTES = {
    Receipt.DELIVERED: "reçu par le téléphone",
    Receipt.FAILED: "non remis par l’opérateur",
    Receipt.TAKEN: "pris par l’opérateur",
}


class UnknownMessage(LookupError):
    """Cet accusé ne concerne aucun de nos messages."""


@transaction.atomic
def take_receipt(*, public_id: UUID, bits: int, at: datetime, reference: str = "") -> State:
    """Note what the gateway says of a message; the same twice changes nothing. Return where the message stands.

    A receipt proves that the message left: it settles a doubt, and what was put back in the queue does not leave again.
    « Delivered » stands against all that comes later.

    Raises:
        UnknownMessage: none of ours.
    """
    try:
        message = Message.objects.select_for_update(of=("self",)).get(public_id=public_id)
    except Message.DoesNotExist as missing:
        raise UnknownMessage from missing
    said = of_receipt(bits)
    if said is None or message.state == State.DELIVERED:
        return State(message.state)
    before = message.state
    _apply(message, said, at)
    message.gateway_reference = message.gateway_reference or reference[:200]
    message.save(update_fields=["state", "sent_at", "received_at", "settled_at", "reason", "gateway_reference"])
    if message.state != before or said is Receipt.TAKEN:
        Step.objects.get_or_create(message=message, kind=StepKind.RECEIPT, note=_NOTES[said], defaults={"at": at})
    Line.objects.filter(code=message.channel).update(last_receipt_at=at)
    return State(message.state)


def _apply(message: Message, said: Receipt, at: datetime) -> None:
    message.sent_at = message.sent_at or at
    if said is Receipt.DELIVERED:
        message.state, message.received_at, message.settled_at, message.reason = State.DELIVERED, at, at, ""
    elif said is Receipt.FAILED:
        message.state, message.settled_at, message.reason = State.FAILED, at, _NOTES[said]
    elif message.state in {State.WAITING, State.SENDING, State.DOUBTFUL}:
        message.state, message.settled_at, message.reason = State.SENT, at, ""
