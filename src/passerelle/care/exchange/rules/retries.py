"""When a message that failed is tried again, and when a person must look."""

import enum
from dataclasses import dataclass
from datetime import timedelta

MOST_TIMES_BEGUN = 3  # without ever ending: the message kills the worker
_MOST_ATTEMPTS_UNEXPECTED = 5
_MOST_ATTEMPTS_TRANSIENT = 50
_LONGEST_DELAY = timedelta(minutes=5)


class Fault(enum.Enum):
    """Transient: the database was busy or away. Unexpected: a defect of ours."""

    TRANSIENT = enum.auto()
    UNEXPECTED = enum.auto()


@dataclass(frozen=True, slots=True)
class Next:
    """Parked for a person, or tried again after a delay."""

    is_parked: bool
    delay: timedelta = timedelta()


def what_next(fault: Fault, *, attempts: int) -> Next:
    """Decide after `attempts` failed attempts: the delay doubles each time, from half a second to five minutes."""
    most = _MOST_ATTEMPTS_TRANSIENT if fault is Fault.TRANSIENT else _MOST_ATTEMPTS_UNEXPECTED
    if attempts >= most:
        return Next(is_parked=True)
    return Next(is_parked=False, delay=min(_LONGEST_DELAY, timedelta(seconds=0.25) * 2 ** min(attempts, 20)))
