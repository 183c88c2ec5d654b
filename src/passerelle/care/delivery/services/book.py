"""The destinations declared, and who wants what: asked for each message, so kept in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from passerelle.care.channels import api as channels
from passerelle.care.channels.api import Destination
from passerelle.care.delivery.rules.subscribing import wants

_OF_RESOURCES: Final = frozenset({"fhir", "resthook"})
_OF_MESSAGES: Final = frozenset({"mllp", "file"})


@dataclass(slots=True)
class _Book:
    """What was worked out from one reading of the declarations."""

    destinations: tuple[Destination, ...] = ()
    by_type: dict[tuple[str, str], tuple[Destination, ...]] = field(default_factory=dict)
    by_resource: dict[str, tuple[Destination, ...]] = field(default_factory=dict)
    changes: tuple[Destination, ...] = ()


_book = _Book()


def declared() -> tuple[Destination, ...]:
    """Return the destinations in force."""
    return _current().destinations


def destination(code: str) -> Destination | None:
    """Return a destination in force, None when it is not declared or no longer."""
    return next((one for one in declared() if one.code == code), None)


def subscribers(code: str, trigger: str) -> tuple[Destination, ...]:
    """Return the destinations whose declaration asks for this type of message; the answer is kept.

    A FHIR server or subscriber is sent resources, never messages.
    """
    book = _current()
    found = book.by_type.get((code, trigger))
    if found is None:
        found = tuple(
            one
            for one in book.destinations
            if one.transport.kind not in _OF_RESOURCES and wants(one.sends, code, trigger)
        )
        book.by_type[code, trigger] = found
    return found


def followers_of_changes() -> tuple[Destination, ...]:
    """Return the destinations that want the changes of identity."""
    return _current().changes


def followers_of_resources(kind: str) -> tuple[Destination, ...]:
    """Return the destinations that want this type of FHIR resource; the answer is kept."""
    book = _current()
    found = book.by_resource.get(kind)
    if found is None:
        found = tuple(
            one
            for one in book.destinations
            if one.transport.kind in _OF_RESOURCES and kind in one.transport.options.get("resources", ())
        )
        book.by_resource[kind] = found
    return found


def _current() -> _Book:
    """Work out again only when the declarations are other ones: they are kept in memory below, so told by address."""
    global _book
    now = channels.destinations()
    known = _book.destinations
    if len(now) != len(known) or any(one is not other for one, other in zip(now, known, strict=True)):
        _book = _made(now)
    return _book


def _made(destinations: Iterable[Destination]) -> _Book:
    kept = tuple(destinations)
    return _Book(kept, changes=tuple(one for one in kept if one.changes and one.transport.kind in _OF_MESSAGES))
