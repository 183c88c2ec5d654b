"""How a result is read: as its laboratory says, else by its own bounds. The word is always shown beside the icon."""

from collections.abc import Iterable
from typing import Final, Protocol

READINGS: Final = {
    "N": ("done", "dans les bornes"),
    "H": ("attention", "élevé"),
    "L": ("attention", "bas"),
    "HH": ("danger", "très élevé"),
    "LL": ("danger", "très bas"),
    "A": ("attention", "anormal"),
    "AA": ("danger", "très anormal"),
}
NOT_SAID: Final = ("neutral", "sans borne connue")
#: The graver, the smaller.
RISKS: Final = {"danger": 0, "attention": 1, "neutral": 2, "done": 3}
_WORDS: Final = {
    "danger": ("valeur très anormale", "valeurs très anormales"),
    "attention": ("valeur hors des bornes", "valeurs hors des bornes"),
}


class Measured(Protocol):
    """What a reading needs of a result."""

    @property
    def number(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def interpretation(self) -> str: ...


def reading_of(result: Measured) -> tuple[str, str]:
    """Return the kind of status and the word of a value."""
    said = READINGS.get(result.interpretation)
    if said or result.number is None or (result.low is None and result.high is None):
        return said or NOT_SAID
    if result.low is not None and result.number < result.low:
        return READINGS["L"]
    if result.high is not None and result.number > result.high:
        return READINGS["H"]
    return READINGS["N"]


def worst_of(results: Iterable[Measured]) -> tuple[str, str]:
    """Return the gravest kind among results and how many there are of it, in words; neutral when nothing is read."""
    kinds = [reading_of(result)[0] for result in results]
    worst = min(kinds, key=RISKS.__getitem__, default="neutral")
    count = kinds.count(worst)
    if worst in _WORDS:
        one, several = _WORDS[worst]
        return worst, f"{count} {several if count > 1 else one}"
    return worst, "dans les bornes" if worst == "done" else ""
