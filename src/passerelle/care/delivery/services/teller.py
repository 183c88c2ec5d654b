"""Which application is being listened to: what it tells is never told back to it."""

from contextvars import ContextVar
from dataclasses import dataclass

from passerelle.care.delivery.rules.addressing import Address, comes_from
from passerelle.care.exchange.api import Inbound
from passerelle.protocols import hl7v2


@dataclass(frozen=True, slots=True)
class Teller:
    """The message being applied: its id among ours, its event, and the message itself, which names its sender."""

    message_id: str
    trigger: str
    message: hl7v2.Message

    def is_at(self, address: Address) -> bool:
        """Tell whether this is the application that an address names."""
        return comes_from(self.message, address)


_teller: ContextVar[Teller | None] = ContextVar("teller", default=None)


def listen_to(inbound: Inbound) -> None:
    """Remember whose message is being applied; the first handler of each message."""
    _teller.set(Teller(inbound.source, inbound.message.trigger, inbound.message))


def teller_of(cause: str) -> Teller | None:
    """Return who told what a change comes from; None when no message did, whatever was applied before."""
    teller = _teller.get()
    return teller if teller is not None and teller.message_id in cause else None
