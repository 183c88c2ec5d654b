"""What is declared, kept in memory: asked for each message, read again when a version appears."""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.db.models import F, Max

from passerelle.care.channels.models import Version
from passerelle.care.channels.rules.declared import Channel, Destination
from passerelle.care.channels.rules.reading.files import declared, numbered
from passerelle.care.channels.rules.reading.nodes import Fault

_FRESH_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A version in force that this release does not read: nothing of it is applied. `why` says where and what."""

    kind: str
    code: str
    version: int
    why: str


@dataclass(frozen=True, slots=True)
class Declarations:
    """All that is in force, stopped channels included, and the way to the channel of a sender."""

    channels: Mapping[str, Channel]
    destinations: Mapping[str, Destination]
    by_sender: Mapping[tuple[str, str], tuple[Channel, ...]]
    awaiting_senders: tuple[bytes, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()

    def may_await(self, header: bytes) -> bool:
        """Tell from its first bytes, without reading it, whether a message may be answered only once applied."""
        return any(sender in header for sender in self.awaiting_senders)

    def channel_of(self, facility: str, application: str, door: str) -> Channel | None:
        """Return the channel that names this application, else the one of the facility that takes any.

        A stopped channel is returned when no other takes the sender: its messages are refused for now.
        """
        anyone = None
        for channel in self.by_sender.get((door, facility), ()):
            if application in channel.source.applications:
                return channel
            if not channel.source.applications and anyone is None:
                anyone = channel
        return anyone

    def facilities_of_certificate(self, fingerprint: str) -> frozenset[str]:
        """Return the MSH-4 that a client certificate may speak under; none when no channel declares it."""
        pinned = (one for one in self.channels.values() if fingerprint in one.source.options.get("certificates", ()))
        return frozenset(facility for one in pinned for facility in one.source.facilities)

    def is_pinned(self, facility: str) -> bool:
        """Tell whether a channel of this MSH-4 asks for a client certificate."""
        return any("certificates" in one.source.options for one in self.by_sender.get(("mllp", facility), ()))


def gathered(meanings: Iterable[Channel | Destination]) -> Declarations:
    """Arrange what is declared."""
    channels: dict[str, Channel] = {}
    destinations: dict[str, Destination] = {}
    by_sender: dict[tuple[str, str], tuple[Channel, ...]] = {}
    for one in sorted(meanings, key=lambda one: (not one.enabled, one.code)):
        if isinstance(one, Destination):
            destinations[one.code] = one
            continue
        channels[one.code] = one
        for facility in one.source.facilities:
            key = (one.source.door, facility)
            by_sender[key] = (*by_sender.get(key, ()), one)
    awaiting = {
        facility.encode()
        for one in channels.values()
        if one.enabled and one.source.door == "mllp" and one.contract.acknowledge == "applied"
        for facility in one.source.facilities
    }
    return Declarations(channels, destinations, by_sender, tuple(sorted(awaiting)))


def read_current() -> Declarations:
    """Read what is in force from the database."""
    rows = Version.objects.filter(number=F("declaration__current")).select_related("declaration")
    meanings = []
    unreadable = []
    for row in rows.order_by("declaration__kind", "declaration__code"):
        kind, code = row.declaration.kind, row.declaration.code
        faults: list[Fault] = []
        found = declared(row.content.encode(), file=code, faults=faults)
        # A version of a former release may no longer be read: it is left out, and an alert of the exchange says so.
        if found is None:
            unreadable.append(Unreadable(kind, code, row.number, str(min(faults))))
        else:
            meanings.append(numbered(found.meaning, row.number, since=row.loaded_at))
    return replace(gathered(meanings), unreadable=tuple(unreadable))


class _Memory:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stamp: int | None = None
        self._held: Declarations | None = None
        self._until = 0.0

    def current(self) -> Declarations:
        held = self._held
        if held is not None and time.monotonic() < self._until:
            return held
        with self._lock:
            stamp = Version.objects.aggregate(last=Max("id"))["last"] or 0
            if self._held is None or stamp != self._stamp:
                self._held, self._stamp = read_current(), stamp
            self._until = time.monotonic() + _FRESH_S
            return self._held

    def last_known(self) -> Declarations | None:
        return self._held

    def forget(self) -> None:
        with self._lock:
            self._held, self._stamp, self._until = None, None, 0.0


_memory = _Memory()


def current() -> Declarations:
    """Return what is in force; a change made elsewhere is seen within two seconds."""
    return _memory.current()


def last_known() -> Declarations | None:
    """Return what was last read, without ever asking the database: an event loop may call it. None before the first."""
    return _memory.last_known()


def forget() -> None:
    """Read again at the next question: something was just written here, or undone."""
    _memory.forget()
