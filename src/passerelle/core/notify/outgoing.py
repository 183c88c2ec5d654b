"""What others give to the queue, and what it tells them back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message to one person.

    Attributes:
        channel: `sms` or `email`.
        to: the number as people write it, or the address.
        template: code of a registered template; `words` are its words, each a value of its kind.
        key: the same key twice is one message, for ever.
        about: what it is about for whoever asks (`reminder:<id>`), given back with an answer; never shown.
        expires_at: from then on it is useless, and does not leave.
        not_before: it leaves then at the soonest.
        establishment: code of the establishment in whose name it leaves.
    """

    channel: str
    to: str
    template: str
    key: str
    expires_at: datetime
    words: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    not_before: datetime | None = None
    establishment: str = ""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What the queue took: new ones, ones whose key it knew, and those refused, by key, with the reason in French."""

    kept: int = 0
    known: int = 0
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Followed:
    """Where a message is. `state` is a value of `State`; `is_settled`: nothing more will be tried."""

    key: str
    state: str
    label: str
    reason: str
    at: datetime
    is_settled: bool

    @property
    def has_reached(self) -> bool:
        """Tell whether it was given to the gateway, at least."""
        return self.state in {"sent", "delivered"}

    @property
    def has_failed(self) -> bool:
        """Tell whether it will never reach its person: another channel is needed."""
        return self.state in {"failed", "stopped", "expired"}
