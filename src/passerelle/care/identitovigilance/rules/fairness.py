"""In which order work is shown: the grave before the light, the old before the new, each hospital in its turn."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from itertools import zip_longest
from typing import TypeVar

_DAYS_FOR_A_STEP = 7
T = TypeVar("T")


class Gravity(IntEnum):
    """What a wrong or late decision may cost."""

    LIGHT = 1
    SERIOUS = 2
    GRAVE = 3

    @property
    def label(self) -> str:
        """Return the French word."""
        return ("Légère", "Sérieuse", "Grave")[self.value - 1]

    @property
    def kind(self) -> str:
        """Return how it is shown, beside its word."""
        return ("neutral", "attention", "danger")[self.value - 1]


def pair_gravity(*, is_same_establishment: bool, statuses: Iterable[str], has_guards: bool) -> Gravity:
    """Return the gravity of a pair: two files in one hospital split a patient's care; trusted ones spread an error."""
    trusted = sum(status in {"QUAL", "VALI"} for status in statuses)
    if is_same_establishment or trusted == 2:
        return Gravity.GRAVE
    return Gravity.SERIOUS if has_guards or trusted else Gravity.LIGHT


def urgency(gravity: Gravity, proposed_at: datetime, *, at: datetime) -> float:
    """Return what ranks a piece of work: a week of waiting weighs as much as a step of gravity."""
    return gravity + max((at - proposed_at).days, 0) / _DAYS_FOR_A_STEP


def in_turn(items: Sequence[T], *, group: Callable[[T], str], rank: Callable[[T], float]) -> list[T]:
    """Return items best ranked first inside their group, groups taken in turn, so that no hospital hides another."""
    lines: dict[str, list[T]] = {}
    for item in sorted(items, key=rank, reverse=True):
        lines.setdefault(group(item), []).append(item)
    ordered = sorted(lines.values(), key=lambda line: -rank(line[0]))
    return [item for row in zip_longest(*ordered) for item in row if item is not None]
