"""What the worker does when no message waits. Packages above enrol in `AppConfig.ready()`."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
IdleWork = Callable[[Clock], int]

_enrolled: dict[str, IdleWork] = {}


def register_idle_work(work: IdleWork, *, name: str) -> None:
    """Have the worker call `work` when no message waits, and now and then when messages never cease.

    It does a small part at each call, in its own transactions, and returns how much it did: 0 lets the worker sleep.
    Several workers may call it at once. Enrolling a name again replaces the former work.
    """
    _enrolled[name] = work


def remove_idle_work(name: str) -> None:
    """Forget the work of that name, if any."""
    _enrolled.pop(name, None)


def do_idle_work(clock: Clock) -> int:
    """Do a part of each work; return how much was done."""
    return sum(work(clock) for work in list(_enrolled.values()))
