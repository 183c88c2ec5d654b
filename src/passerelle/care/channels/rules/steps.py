"""The steps of a mapping and the places they act on; `applying` runs them, `reading` makes them from a file."""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

_PLACE = re.compile(
    r"(?P<segment>[A-Z][A-Z0-9]{2})(?:\[(?P<occurrence>\*|\d+)\])?"
    r"-(?P<field>\d+)(?:\[(?P<repetition>\*|\d+)\])?(?:\.(?P<component>\d+))?(?:\.(?P<subcomponent>\d+))?"
)
_LARGEST = {"occurrence": 1000, "field": 200, "repetition": 200, "component": 50, "subcomponent": 50}
EVERY = -1


class BadPlace(ValueError):
    """Un chemin HL7 s’écrit « PV1-3.1 », « PID-3[2].4.2 » ou, pour toutes les répétitions, « PID-3[*].4.1 »."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a message, counted from one; `EVERY` for each occurrence or repetition, 0 for the whole above it.

    `PID-3` with neither repetition nor component is the whole field; `PID-3[2]` one whole repetition.
    """

    text: str
    segment: str
    occurrence: int
    field: int
    repetition: int = 0
    component: int = 0
    subcomponent: int = 0

    def as_deep_as(self, other: "Place") -> "Place":
        """Return the first part of this place where the other one is narrower: no field fits in a component."""
        return replace(
            self,
            repetition=self.repetition or int(other.repetition != 0),
            component=self.component or int(other.component != 0),
            subcomponent=self.subcomponent or int(other.subcomponent != 0),
        )


def place(text: str) -> Place:
    """Read a path.

    Raises:
        BadPlace: it has not the form of one, or counts beyond what messages hold.
    """
    found = _PLACE.fullmatch(text)
    if found is None:
        raise BadPlace
    numbers = {name: _number(found[name], name) for name in _LARGEST}
    if found["occurrence"] is None:
        numbers["occurrence"] = 1
    if numbers["component"] and not numbers["repetition"]:
        numbers["repetition"] = 1
    return Place(text, found["segment"], **numbers)


def _number(text: str | None, name: str) -> int:
    if text is None:
        return 0
    if text == "*":
        return EVERY
    if not 1 <= int(text) <= _LARGEST[name]:
        raise BadPlace
    return int(text)


class Act(enum.Enum):
    """What a step does."""

    SET = "set"
    COPY = "copy"
    CLEAR = "clear"
    REPLACE = "replace"
    TRANSLATE = "translate"
    DROP = "drop"


class Otherwise(enum.Enum):
    """What becomes of a value that the table of a translation does not hold."""

    KEEP = "keep"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Condition:
    """A leaf is one of `values` (`is_negated`: none of them); "" stands for an absent one."""

    place: Place
    values: frozenset[str]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One act on the message.

    `place` is where it writes (a whole segment, by `segment`, for DROP); `source` what COPY reads; `find` and `value`
    what REPLACE looks for and puts, `value` what SET puts; `table` and `otherwise` belong to TRANSLATE. The step is
    done when every condition of `when` holds.
    """

    act: Act
    segment: str
    place: Place | None = None
    source: Place | None = None
    find: str = ""
    value: str = ""
    table: Mapping[str, str] = field(default_factory=dict)
    otherwise: Otherwise = Otherwise.KEEP
    when: tuple[Condition, ...] = ()
