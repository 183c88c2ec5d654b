"""What a transport is given, and what it may say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from passerelle.care.delivery.rules.answering import Answer


class NotSent(Exception):
    """Rien n’a pu arriver chez le destinataire : l’envoi sera refait."""


class Unanswered(Exception):
    """Tout a pu arriver, aucune réponse valable n’est revenue."""

    def __init__(self, why: str, raw: bytes = b"") -> None:
        super().__init__(why)
        self.raw = raw


@dataclass(frozen=True, slots=True)
class Parcel:
    """An item taken out of its queue to be sent now."""

    id: int
    destination: str
    payload: bytes
    code: str
    trigger: str
    control_id: str
    establishment: str
    recipient: str
    created_at: datetime
    attempts: int


class Transport(Protocol):
    """Reaches one destination; used by one thread at a time."""

    def send(self, parcel: Parcel) -> Answer:
        """Send and wait for the answer.

        Raises:
            NotSent: provably nothing of it reached the destination.
            Unanswered: it may have arrived.
        """
        ...

    def close(self) -> None:
        """Give up what is kept open."""
        ...
