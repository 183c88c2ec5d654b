"""Who wants to know that an appointment changed: told in the same transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from passerelle.care.appointments.rules.vocabulary import Via, What
from passerelle.care.appointments.selectors.rows import AppointmentRow


@dataclass(frozen=True, slots=True)
class Changed:
    """What happened to an appointment: `row` is as it is now, `was_at` its start before a move.

    `what` is booked, moved, cancelled, confirmed, arrived, done, missed, restored; offered and lapsed are of a place
    of the waiting list, whose row is the place kept (state held), `until` when it must be answered.
    """

    what: What
    row: AppointmentRow
    at: datetime
    via: Via
    was_at: datetime | None = None
    until: datetime | None = None


Listener = Callable[[Changed], None]
_listeners: dict[str, Listener] = {}


def on_change(listener: Listener, *, name: str) -> None:
    """Call this for each change, in its transaction; the same name again replaces. Called in `AppConfig.ready()`."""
    _listeners[name] = listener


def forget_listener(name: str) -> None:
    """Tell this listener nothing more."""
    _listeners.pop(name, None)


def tell(changed: Changed) -> None:
    """Tell all who listen."""
    for listener in tuple(_listeners.values()):
        listener(changed)
