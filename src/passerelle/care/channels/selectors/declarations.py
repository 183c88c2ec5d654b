"""What is declared, as other packages ask it."""

from collections.abc import Sequence

from passerelle.care.channels.memory import current
from passerelle.care.channels.rules.declared import Channel, Destination


def active_channels() -> Sequence[Channel]:
    """Return the channels that are not stopped, by code."""
    return [channel for channel in current().channels.values() if channel.enabled]


def channel(code: str) -> Channel | None:
    """Return a channel, stopped or not; None when nothing bears this code."""
    return current().channels.get(code)


def channel_of(*, facility: str, application: str, door: str = "mllp") -> Channel | None:
    """Return the channel of a sender (MSH-4, MSH-3); None when none is declared, which is the ordinary treatment."""
    return current().channel_of(facility, application, door)


def destinations() -> Sequence[Destination]:
    """Return the destinations that are not stopped, by code."""
    return [one for one in current().destinations.values() if one.enabled]


def destination(code: str) -> Destination | None:
    """Return a destination, stopped or not; None when nothing bears this code."""
    return current().destinations.get(code)


def all_channels() -> Sequence[Channel]:
    """Return every channel, stopped ones included, by code."""
    return sorted(current().channels.values(), key=lambda one: one.code)
