"""The circuit breaker of a destination: a dead one is left in peace, and tried again one item at a time."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta


class CircuitState(enum.StrEnum):
    """Closed: it flows. Open: left in peace until `retry_at`. Half-open: one item is being tried."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient a destination's contract is; delays in seconds."""

    first_delay_s: float = 1.0
    longest_delay_s: float = 300.0
    failures_to_open: int = 5
    most_attempts: int = 100


@dataclass(frozen=True, slots=True)
class Circuit:
    """Where a destination stands. `retry_at`: nothing is sent to it before; None when it may be tried at once."""

    state: CircuitState = CircuitState.CLOSED
    failures: int = 0
    retry_at: datetime | None = None


def may_try(circuit: Circuit, at: datetime) -> bool:
    """Tell whether something may be sent now."""
    return circuit.retry_at is None or circuit.retry_at <= at


def trying(circuit: Circuit) -> Circuit:
    """Return the circuit while an item is being sent: an open one is on trial."""
    if circuit.state is CircuitState.OPEN:
        return Circuit(CircuitState.HALF_OPEN, circuit.failures, circuit.retry_at)
    return circuit


def after_failure(circuit: Circuit, policy: Policy, *, at: datetime, chance: float, is_away: bool = True) -> Circuit:
    """Return the circuit after the destination failed; `chance` in [0, 1) spreads the retries of several senders.

    A destination that answers, but puts off what it is sent (`is_away` false), is left in peace only once the circuit
    opens: until then the other items are tried.
    """
    failures = circuit.failures + 1
    is_open = failures >= policy.failures_to_open or circuit.state is not CircuitState.CLOSED
    if not (is_open or is_away):
        return Circuit(CircuitState.CLOSED, failures)
    state = CircuitState.OPEN if is_open else CircuitState.CLOSED
    return Circuit(state, failures, at + backoff(failures, policy, chance=chance))


def after_success() -> Circuit:
    """Return the circuit after the destination answered: closed, whatever it was."""
    return Circuit()


def backoff(failures: int, policy: Policy, *, chance: float) -> timedelta:
    """Return the wait after `failures` in a row: it doubles up to the longest, then a half of it is left to chance."""
    whole = min(policy.longest_delay_s, policy.first_delay_s * 2.0 ** min(failures - 1, 30))
    return timedelta(seconds=whole * (0.5 + chance / 2))
