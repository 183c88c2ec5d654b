"""What a channel and a destination are, once read from their file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Literal

from passerelle.care.channels.rules.steps import Step

Door = Literal["mllp", "fhir", "folder", "sftp"]
Validation = Literal["none", "report", "reject"]
Acknowledge = Literal["stored", "applied"]
TransportKind = Literal["mllp", "fhir", "smtp", "file", "resthook"]

DOORS: tuple[Door, ...] = ("mllp", "fhir", "folder", "sftp")
VALIDATIONS: tuple[Validation, ...] = ("none", "report", "reject")
ACKNOWLEDGES: tuple[Acknowledge, ...] = ("stored", "applied")
TRANSPORTS: tuple[TransportKind, ...] = ("mllp", "fhir", "smtp", "file", "resthook")
FAMILIES = ("pam-fr", "cda-fr", "fhir-r4", "document")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Source:
    """Who sends, by which door: MSH-4 in `facilities`, MSH-3 in `applications` (empty: any)."""

    door: Door
    facilities: tuple[str, ...]
    applications: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """What the messages are: their family, the types allowed (`ADT^A01`, `ADT^*`; empty: all), how they are checked."""

    family: str = "pam-fr"
    messages: tuple[str, ...] = ()
    validation: Validation = "none"

    def allows(self, code: str, trigger: str) -> bool:
        """Tell whether this type of message is expected."""
        return not self.messages or f"{code}^{trigger}" in self.messages or f"{code}^*" in self.messages


@dataclass(frozen=True, slots=True)
class Contract:
    """When the sender is answered: once the message is on disk, or once it is applied, `wait_seconds` later at most."""

    acknowledge: Acknowledge = "stored"
    wait_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Silence:
    """No message for `minutes` is an alarm, between these hours (None: all day) of these days (ISO, 1 is Monday)."""

    minutes: int
    from_time: time | None = None
    to_time: time | None = None
    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, slots=True)
class Channel:
    """A flow of messages of one sender, as its file declares it; `since` when this version came in, None in a file."""

    code: str
    label: str
    establishment: str
    source: Source
    profile: Profile
    contract: Contract
    mapping: tuple[Step, ...]
    destinations: tuple[str, ...]
    silence: Silence | None
    version: int
    sha256: str
    enabled: bool = True
    note: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Transport:
    """How a destination is reached; the options are those of its kind (docs/reference/channels.md)."""

    kind: TransportKind
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retry:
    """The delay doubles from `first_seconds` to `longest_seconds`; `attempts` 0 never gives up."""

    first_seconds: float = 1.0
    longest_seconds: float = 300.0
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Destination:
    """An application that receives, as its file declares it; `establishment` None: one of the whole group.

    `sends` lists types as `ADT^A40` or `ADT^*`; `changes`: it wants the identity changes of the group; `simulator`: it
    stands for a system that this installation does not reach, and the screens say so.
    """

    code: str
    label: str
    establishment: str | None
    transport: Transport
    sends: tuple[str, ...]
    changes: bool
    retry: Retry
    version: int
    sha256: str
    enabled: bool = True
    simulator: bool = False
    note: str = ""

    def accepts(self, code: str, trigger: str) -> bool:
        """Tell whether this type of message goes there."""
        return any(one in {f"{code}^{trigger}", f"{code}^*", "*"} for one in self.sends)
