"""Share of missed appointments: with its interval, and hidden when few people make it."""

import math
from dataclasses import dataclass
from typing import Final

_Z: Final = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval, in percent."""

    missed: int
    count: int
    value: float
    low: float
    high: float


def halves(one: tuple[int, int], other: tuple[int, int], *, minimum: int) -> tuple[Share | None, Share | None]:
    """Return the shares of two groups whose sum is shown: one too small hides both, the difference would tell it.

    Each group is (missed, count); an empty one hides nothing.
    """
    if any(0 < count < minimum for _, count in (one, other)):
        return None, None
    return share(*one, minimum=minimum), share(*other, minimum=minimum)


def share(missed: int, count: int, *, minimum: int) -> Share | None:
    """Return the share missed; None when fewer than `minimum` appointments make it.

    Interval: Wilson score, 95 %. Source: E. B. Wilson, JASA 22 (1927).
    """
    if count < minimum or count == 0:
        return None
    observed = missed / count
    spread = _Z * math.sqrt(observed * (1 - observed) / count + _Z**2 / (4 * count**2))
    centre, scale = observed + _Z**2 / (2 * count), 1 + _Z**2 / count
    low, high = (centre - spread) / scale, (centre + spread) / scale
    return Share(missed, count, 100 * observed, 100 * max(0.0, low), 100 * min(1.0, high))
