from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from passerelle.core.notify.rules.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message ready to leave. `id` is our identifier of the sending: the same at each try."""

    row: int
    id: UUID
    recipient: str
    text: str
    subject: str = ""
    parts: int = 0


class Gateway(Protocol):
    """What sends. Called by several threads at once; never raises."""

    def send(self, envelope: Envelope) -> Outcome: ...

    def close(self) -> None: ...
