"""Ids whose order is that of arrival: an index of them grows at its end, instead of everywhere."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, SafeUUID

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_BYTES: Final = 10
_DRAWN_AT_ONCE: Final = 256
_LOW_BITS: Final = (1 << 62) - 1
_VERSION_7: Final = 0x7 << 76
_VARIANT: Final = 0b10 << 62
_set = object.__setattr__
_drawn: list[int] = []
# A process that forks must not give the ids of its parent.
os.register_at_fork(after_in_child=_drawn.clear)


def ordered_id(at: datetime) -> UUID:
    """Return a new id that tells its millisecond, the rest by chance. Source: RFC 9562, UUIDv7."""
    try:
        chance = _drawn.pop()
    except IndexError:
        fresh = list(_numbers())
        chance = fresh.pop()
        _drawn.extend(fresh)
    made = UUID.__new__(UUID)  # without the checks of what may be given to `UUID`
    number = (at - _EPOCH) // _MILLISECOND << 80 | _VERSION_7 | (chance >> 68) << 64 | _VARIANT | chance & _LOW_BITS
    _set(made, "int", number)
    _set(made, "is_safe", SafeUUID.unknown)
    return made


def _numbers() -> Iterator[int]:
    """Yield numbers of 80 bits by chance: the system is asked once for many."""
    chance = os.urandom(_BYTES * _DRAWN_AT_ONCE)
    return (int.from_bytes(chance[start : start + _BYTES], "big") for start in range(0, len(chance), _BYTES))
