from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from passerelle.protocols.hl7v2 import Repetition, Segment
from passerelle.protocols.hl7v2.separators import DEFAULT

T = TypeVar("T")
_MOST = 4_096
_LONGEST = 400


def remembered(read: Callable[[list[Repetition]], T]) -> Callable[[Segment, int], T]:
    """Return a reader of a field that reads each text once: units and professionals come again message after message.

    `read` depends on nothing but the repetitions, and returns what nobody changes.
    """

    @lru_cache(maxsize=_MOST)
    def usual(text: str) -> T:
        return read([Repetition(one, DEFAULT, "utf-8") for one in text.split(DEFAULT.repetition)] if text else [])

    def read_field(segment: Segment, n: int) -> T:
        text = segment.field(n)
        # What an escape means depends on the message: its delimiters, its character set.
        if segment.separators is not DEFAULT or DEFAULT.escape in text or len(text) > _LONGEST:
            return read(segment.repetitions(n))
        return usual(text)

    return read_field
