"""The scopes of SMART App Launch 2.2 (and their form of version 1), read into what may be asked of each type.

Source: HL7 SMART App Launch 2.2.0, « Scopes and Launch Context »; the forms of version 1 as it maps them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import lru_cache

EVERY_TYPE = "*"
IDENTITY_SCOPES = frozenset({"openid", "fhirUser", "profile"})
LAUNCH_SCOPES = frozenset({"launch", "launch/patient", "launch/encounter"})
_SHAPE = re.compile(r"(patient|user|system)/(\*|[A-Z][A-Za-z]{1,40})\.(read|write|\*|c?r?u?d?s?)\Z")
_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}
_CACHED = 512


class Context(Enum):
    """On whose behalf: of the patient in context, of the user, of nobody but the application."""

    PATIENT = "patient"
    USER = "user"
    SYSTEM = "system"


class Reach(IntEnum):
    """How far the scopes let an application go; they only ever restrict what its user may do."""

    NOTHING = 0
    PERSON = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class Scope:
    """One resource scope: `letters` are among c (create), r (read), u (update), d (delete), s (search)."""

    context: Context
    type_: str
    letters: str

    def __str__(self) -> str:
        """Return the form of version 2."""
        return f"{self.context.value}/{self.type_}.{self.letters}"

    def covers(self, other: "Scope") -> bool:
        """Tell whether whatever `other` allows, this one allows too."""
        is_type = self.type_ in {EVERY_TYPE, other.type_}
        return self.context is other.context and is_type and set(other.letters) <= set(self.letters)


@dataclass(frozen=True, slots=True)
class Grants:
    """What a set of scopes allows, ready to be asked at each request."""

    scopes: frozenset[Scope]
    reaches: dict[tuple[str, str], Reach]

    def reach(self, type_: str, letter: str) -> Reach:
        """Return how far a type may be asked: NOTHING, the PERSON in context only, or ALL that the user may see."""
        return max(
            self.reaches.get((type_, letter), Reach.NOTHING), self.reaches.get((EVERY_TYPE, letter), Reach.NOTHING)
        )


def parse_scope(text: str) -> Scope | None:
    """Return the resource scope a text says, None when it says none (or one with a query, which is not supported)."""
    shape = _SHAPE.match(text)
    if shape is None or not shape[3]:
        return None
    letters = _VERSION_1.get(shape[3], shape[3])
    return Scope(Context(shape[1]), shape[2], letters)


def grants_of(scopes: Iterable[str]) -> Grants:
    """Return what these scopes allow together; what is not a resource scope allows nothing."""
    return _grants_of(frozenset(scopes))


@lru_cache(maxsize=_CACHED)
def _grants_of(scopes: frozenset[str]) -> Grants:
    read = frozenset(found for found in map(parse_scope, scopes) if found is not None)
    reaches: dict[tuple[str, str], Reach] = {}
    for scope in read:
        reach = Reach.PERSON if scope.context is Context.PATIENT else Reach.ALL
        for letter in scope.letters:
            key = (scope.type_, letter)
            reaches[key] = max(reach, reaches.get(key, Reach.NOTHING))
    return Grants(read, reaches)
