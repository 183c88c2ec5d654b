"""Who hears the answers: packages above register when they start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """A yes or a no to one message. `about`: as its sender gave it; `said`: `yes` or `no`; `text`: as written."""

    about: str
    key: str
    said: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What to write back: a template of SMS and its words; `outcome` is what was done, in French, for the trace."""

    outcome: str
    template: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


Listener = Callable[[Heard], Reply | None]
_listeners: dict[str, Listener] = {}


def on_answer(listener: Listener, *, prefix: str) -> None:
    """Give the answers to messages whose `about` starts so to a listener; None when it does nothing."""
    _listeners[prefix] = listener


def hear(heard: Heard) -> Reply | None:
    """Ask whoever the answer is for."""
    for prefix, listener in _listeners.items():
        if heard.about.startswith(prefix):
            return listener(heard)
    return None
