"""Who counts what: packages above tell how many acts of a kind each establishment did between two moments."""

from collections.abc import Callable, Iterable
from datetime import date

from django.core.exceptions import ImproperlyConfigured

from passerelle.care.savings.rules.declared import declaration

Counting = Callable[[date, date], Iterable[tuple[str, int]]]
_countings: dict[str, Counting] = {}


def register_acts(code: str, counting: Counting) -> None:
    """Have the acts `code` counted: `counting(first, after)` yields (establishment, count) for days in [first, after).

    Raises:
        ImproperlyConfigured: `acts.yaml` declares no such act, or somebody counts it already.
    """
    if code not in declaration().acts:
        raise ImproperlyConfigured(f"savings/acts.yaml declares no act {code!r}.")
    if code in _countings and _countings[code] is not counting:
        raise ImproperlyConfigured(f"The acts {code!r} are counted already.")
    _countings[code] = counting


def countings() -> dict[str, Counting]:
    """Return who counts each act."""
    return dict(_countings)
