"""The register of those who turn a message into effects. Packages above enrol in `AppConfig.ready()`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar, cast
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import force_setattr

if TYPE_CHECKING:
    from passerelle.protocols import hl7v2, pamfr


class Rejected(Exception):
    """Le message est lisible mais ne peut pas être appliqué tel quel ; une personne doit décider."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} : {why}" if where else why)
        self.where = where
        self.why = why


T = TypeVar("T")


class Findings:
    """What handlers know of a patient and need not ask again: one thing of each type.

    The messages of one lane share it as long as their group lasts: what is kept here is locked by the transaction of
    the group, and brought up to date by whoever changes it. It is emptied when anything else writes.
    """

    __slots__ = ("_by_type",)

    def __init__(self) -> None:
        self._by_type: dict[type, object] = {}

    def keep(self, found: object) -> None:
        """Keep something in the place of what was kept of this type."""
        self._by_type[type(found)] = found

    def get(self, kind: type[T]) -> T | None:
        """Return what was kept of this very type, or None."""
        return cast("T | None", self._by_type.get(kind))

    def clear(self) -> None:
        """Forget everything: it has to be asked again."""
        self._by_type.clear()


class Inbound(Struct, frozen=True):
    """A message in its turn: its typed event, and the raw message for what the event does not carry."""

    message_id: UUID
    establishment: str
    sending_application: str
    received_at: datetime
    event: "pamfr.Event"
    message: "hl7v2.Message"
    findings: Findings = field(default_factory=Findings)
    #: The message as what it changes names its source.
    source: str = ""

    def __post_init__(self) -> None:
        force_setattr(self, "source", str(self.message_id))


Handler = Callable[[Inbound], None]
Foresight = Callable[[Sequence[Sequence[Inbound]]], None]


@dataclass(frozen=True, slots=True, order=True)
class _Enrolled:
    order: int
    name: str
    handler: Handler
    foresee: Foresight | None = None


_enrolled: list[_Enrolled] = []


def register_handler(handler: Handler, *, order: int, name: str, foresee: Foresight | None = None) -> None:
    """Call `handler` for each message, lower `order` first, inside the transaction that marks the message applied.

    The handler writes to the default database only and raises `Rejected` for a business refusal: whatever it wrote is
    undone. `foresee` is given, before a group is applied, the messages of each lane in their order: it may ask at once
    for what the handler will need of all these patients, and keep it in their findings. Enrolling a name again
    replaces the former handler.
    """
    _enrolled[:] = sorted(
        [other for other in _enrolled if other.name != name] + [_Enrolled(order, name, handler, foresee)],
        key=lambda enrolled: (enrolled.order, enrolled.name),
    )


def remove_handler(name: str) -> None:
    """Forget the handler of that name, if any."""
    _enrolled[:] = [other for other in _enrolled if other.name != name]


def handlers() -> Sequence[Handler]:
    """Return the handlers in their order."""
    return [enrolled.handler for enrolled in _enrolled]


def foresights() -> Sequence[Foresight]:
    """Return what handlers foresee by, in their order."""
    return [enrolled.foresee for enrolled in _enrolled if enrolled.foresee is not None]
