"""The table of structures: for each type its elements, their cardinality, types, targets and required codes."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson

_FILE: Final = Path(__file__).with_name("structures.json")


@dataclass(frozen=True, slots=True)
class Allowed:
    """A type that an element may have; `code_set` names a required binding, no `targets` allows any."""

    kind: str
    code_set: str = ""
    targets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a type; `name` is without `[x]`, `most` is None when there may be any number."""

    name: str
    is_choice: bool
    least: int
    most: int | None
    types: tuple[Allowed, ...]

    @property
    def is_list(self) -> bool:
        return self.most != 1


@cache
def _table() -> dict[str, Any]:
    return dict(orjson.loads(_FILE.read_bytes()))


@cache
def resource_types() -> frozenset[str]:
    """Return the resource types whose structure is known."""
    return frozenset(_table()["resources"].split())


@cache
def is_structured(kind: str) -> bool:
    """Tell whether a type has elements (else it is a primitive)."""
    return kind in _table()["types"]


@cache
def base_of(kind: str) -> str:
    """Return the type that this one extends, empty for the root."""
    return str(_table()["types"][kind].get("", ""))


@cache
def elements(kind: str) -> tuple[Element, ...]:
    """Return the elements of a type, those it inherits first.

    Raises:
        KeyError: no such type.
    """
    told = _table()["types"][kind]
    inherited = elements(told[""]) if told.get("") else ()
    return inherited + tuple(_element(name, line) for name, line in told.items() if name)


@cache
def code_set(name: str) -> dict[str, frozenset[str]]:
    """Return the codes of a required binding, by system."""
    return {system: frozenset(codes.split(" ")) for system, codes in _table()["codes"][name].items()}


def _element(name: str, line: str) -> Element:
    cardinality, _, types = line.partition(" ")
    least, _, most = cardinality.partition("..")
    told = _table()["any"] if types == "any" else types
    return Element(
        name=name.removesuffix("[x]"),
        is_choice=name.endswith("[x]"),
        least=int(least),
        most=None if most == "*" else int(most),
        types=tuple(_allowed(one) for one in told.split(" ")),
    )


def _allowed(told: str) -> Allowed:
    kind, _, targets = told.partition("(")
    kind, _, codes = kind.partition(":")
    return Allowed(kind, codes, frozenset(targets.rstrip(")").split("|")) if targets else frozenset())
