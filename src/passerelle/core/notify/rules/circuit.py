"""How a gateway is spared: its rhythm, its circuit breaker, and when a message is tried again."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

CLOSED: Final = "closed"
OPEN: Final = "open"
FAILURES_TO_OPEN: Final = 5
MOST_ATTEMPTS: Final = 20
_FIRST_S: Final = 2.0
_LONGEST_S: Final = 900.0


@dataclass(frozen=True, slots=True)
class Circuit:
    """Where a gateway stands. `retry_at`: nothing is sent before; open: one message only is tried."""

    state: str = CLOSED
    failures: int = 0
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many messages may leave now, and when the next one may."""

    count: int
    next_slot_at: datetime


def may_try(circuit: Circuit, at: datetime) -> bool:
    """Tell whether something may be sent now."""
    return circuit.retry_at is None or circuit.retry_at <= at


def after_failure(circuit: Circuit, *, at: datetime, chance: float) -> Circuit:
    """Return the circuit after the gateway failed; `chance` in [0, 1) spreads several senders."""
    failures = circuit.failures + 1
    is_open = failures >= FAILURES_TO_OPEN or circuit.state == OPEN
    return Circuit(OPEN if is_open else CLOSED, failures, at + backoff(failures, chance=chance))


def backoff(failures: int, *, chance: float) -> timedelta:
    """Return the wait after so many failures: it doubles, up to a quarter of an hour; half of it is left to chance."""
    whole = min(_LONGEST_S, _FIRST_S * 2.0 ** min(failures - 1, 30))
    return timedelta(seconds=whole * (0.5 + chance / 2))


def allowance(next_slot_at: datetime | None, *, at: datetime, per_second: float, most: int) -> Allowance:
    """Return how many may leave now at this rhythm; what was not used is lost after a second."""
    floor = at - timedelta(seconds=1)
    free_since = floor if next_slot_at is None or next_slot_at < floor else next_slot_at
    count = min(most, max(0, math.floor((at - free_since).total_seconds() * per_second + 1e-6)))
    return Allowance(count, free_since + timedelta(seconds=count / per_second))
