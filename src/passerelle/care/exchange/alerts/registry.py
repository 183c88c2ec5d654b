"""What else is watched: packages above the exchange enrol in `AppConfig.ready()`."""

from collections.abc import Callable, Iterable
from datetime import datetime

from passerelle.care.exchange.rules.alerting import Finding

Watch = Callable[[datetime], Iterable[Finding]]
_watches: dict[str, Watch] = {}


def register_watch(watch: Watch, *, name: str) -> None:
    """Ask `watch` each minute what is wrong; it must cost little. The same name again replaces the former one.

    Findings whose rule was found the minute before and is found no more close their alert.
    """
    _watches[name] = watch


def remove_watch(name: str) -> None:
    """Forget the watch of that name, if any."""
    _watches.pop(name, None)


def watches() -> list[Watch]:
    """Return what is watched, in the order of names."""
    return [_watches[name] for name in sorted(_watches)]
