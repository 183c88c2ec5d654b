"""The figures of the rules of delay, in force on a day."""

from datetime import datetime
from typing import Final

from django.utils import timezone

from passerelle.care.appointments.rules.delays import Delays
from passerelle.core.parameters import api as parameters

_PREFIX: Final = "appointments."
_NAMES: Final = tuple(Delays.__dataclass_fields__)


def delays_at(at: datetime) -> Delays:
    """Return the rules of delay in force at a moment, in one query.

    Raises:
        LookupError: a figure is not declared.
    """
    rows = parameters.parameters_in_force(timezone.localdate(at))
    told = {row.key.removeprefix(_PREFIX): row.as_int for row in rows if row.key in _KEYS}
    missing = [name for name in _NAMES if name not in told]
    if missing:
        raise LookupError(f"{_PREFIX}{missing[0]}")
    return Delays(**told)


_KEYS: Final = frozenset(f"{_PREFIX}{name}" for name in _NAMES)
