from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_STEPS = re.compile(r"(\d+)(?:\[(\d+)\])?(?:\.(\d+))?(?:\.(\d+))?")
_PATH = re.compile(r"([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?-(.+)")
_LEAF = re.compile(r"(\d+)(?:\.(\d+))?")


class Steps(NamedTuple):
    """Zero-based places under a segment, but for the field, which HL7 counts from one."""

    field: int
    repetition: int
    component: int
    subcomponent: int


class Path(NamedTuple):
    """A segment, which one of them (zero-based), and the steps inside."""

    segment: str
    occurrence: int
    steps: Steps


@lru_cache(maxsize=2048)
def steps(text: str) -> Steps:
    """Read `3[2].4.2`; what is left out is the first. A wrong path is a fault of the caller: ValueError."""
    match = _STEPS.fullmatch(text)
    if match is None or "0" in match.groups():
        message = f"not a field path: {text!r}"
        raise ValueError(message)
    field, repetition, component, subcomponent = match.groups()
    return Steps(int(field), _place(repetition), _place(component), _place(subcomponent))


@lru_cache(maxsize=2048)
def path(text: str) -> Path:
    """Read `PID-3[2].4.2` or, for the second OBX, `OBX[2]-5`."""
    match = _PATH.fullmatch(text)
    if match is None or match[2] == "0":
        message = f"not a path: {text!r}"
        raise ValueError(message)
    return Path(match[1], _place(match[2]), steps(match[3]))


@lru_cache(maxsize=512)
def leaf(text: str) -> tuple[int, int]:
    """Read `4.2` inside a repetition."""
    match = _LEAF.fullmatch(text)
    if match is None or "0" in match.groups():
        message = f"not a component path: {text!r}"
        raise ValueError(message)
    return _place(match[1]), _place(match[2])


def _place(number: str | None) -> int:
    return 0 if number is None else int(number) - 1
