"""What the check of one resource carries along, and the shape of what it finds."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

MOST_FAULTS: Final = 50
#: Levels of elements; no true resource comes near, and each costs a level of the interpreter's own stack.
DEEPEST: Final = 50


class Fault(NamedTuple):
    """A fault at `path`, relative to what was checked (`.name[0].family`), a code of issue-type and a French text."""

    path: str
    code: str
    text: str


class Walk:
    """The references met, in order, how deep we are, and what must be looked at again at the end."""

    __slots__ = ("contained", "depth", "has_null", "references", "used")

    def __init__(self, contained: frozenset[str] = frozenset()) -> None:
        self.references: list[dict[str, Any]] = []
        self.contained = contained
        self.used: set[str] = set()
        self.depth = 0
        self.has_null = False


#: None when the value is right.
Check: TypeAlias = Callable[[Any, Walk], list[Fault] | None]


def fault(code: str, text: str, path: str = "") -> list[Fault]:
    """Return one fault, as a check gives it."""
    return [Fault(path, code, text)]


def under(prefix: str, faults: list[Fault]) -> list[Fault]:
    """Return the faults of a part as those of the whole."""
    return [Fault(prefix + one.path, one.code, one.text) for one in faults[:MOST_FAULTS]]
