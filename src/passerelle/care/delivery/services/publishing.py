"""Put something in the queues of those who subscribed, in the transaction of whoever publishes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.models import State
from passerelle.care.delivery.rules.addressing import addressed
from passerelle.care.delivery.rules.contract import address_of
from passerelle.care.delivery.services import book
from passerelle.care.exchange.api import write

BELL = "delivery"
_INSERT = """
    INSERT INTO delivery_item
      (destination, cause, keys, code, trigger, control_id, establishment, recipient, payload, created_at, state,
       reason, settled_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (destination, cause) DO NOTHING
"""
_RING = f"SELECT pg_notify('{BELL}', %s)"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be sent: `cause` is what made it (a destination gets it once per cause), `keys` its patient."""

    payload: bytes
    code: str
    trigger: str
    keys: tuple[str, ...]
    establishment: str
    cause: str
    control_id: str = ""


def publish(  # noqa: PLR0913 - the whole of a message, named
    message: bytes, *, code: str, trigger: str, key: str, establishment: str, cause: str, at: datetime
) -> int:
    """Put a message in the queue of every destination that asks for its type; return how many.

    `key` is the patient, whose messages keep their order in each queue. The rows belong to the caller's transaction,
    at most one per destination and cause. Without subscriber nothing is asked of the database.
    """
    wanted = book.subscribers(code, trigger)
    if not wanted:
        return 0
    return enqueue(Outgoing(message, code, trigger, (key,), establishment, cause, _control_id(message)), wanted, at=at)


def enqueue(outgoing: Outgoing, destinations: Sequence[Destination], *, at: datetime) -> int:
    """Put something in the queues of these destinations, with the envelope each one declares; return how many."""
    for destination in destinations:
        put(outgoing, destination, at=at)
    return len(destinations)


def put(outgoing: Outgoing, destination: Destination, *, at: datetime, recipient: str = "", refused: str = "") -> None:
    """Put something in the queue of one destination, for one of its correspondents when it has several.

    `refused` tells why it cannot be sent: it is kept as a dead letter.
    """
    cause = cause_for(outgoing.cause, recipient)
    state, settled_at = (State.FAILED, at) if refused else (State.WAITING, None)
    write(
        _INSERT,
        [
            destination.code,
            cause,
            list(outgoing.keys),
            outgoing.code,
            outgoing.trigger,
            outgoing.control_id,
            outgoing.establishment,
            recipient,
            addressed(outgoing.payload, address_of(destination)),
            at,
            state.value,
            refused,
            settled_at,
        ],
    )
    write(_RING, [destination.code])


def cause_for(cause: str, recipient: str) -> str:
    """Return the cause of an item for one correspondent: the same each time."""
    return f"{cause}#{_digest(recipient)}" if recipient else cause


def control_id_for(cause: str, destination: str) -> str:
    """Return the MSH-10 of a message of ours: the same for the same cause and destination, 20 characters at most."""
    return "P" + _digest(f"{cause}|{destination}")[:19].upper()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _control_id(message: bytes) -> str:
    header, _, _ = message.partition(b"\r")
    fields = header.split(header[3:4]) if header.startswith(b"MSH") else []
    return fields[9].decode("ascii", "replace")[:200] if len(fields) > 9 else ""
