"""Search parameters of every type, as tables of paths, read from `parameters.json` (made by `generate.py`).

Source: the SearchParameter resources of FHIR R4 (http://hl7.org/fhir/R4/searchparameter-registry.html).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import orjson


class SearchKind(StrEnum):
    """Types of search parameters of R4."""

    TOKEN = "token"  # noqa: S105 (a kind of parameter, not a secret)
    STRING = "string"
    DATE = "date"
    REFERENCE = "reference"
    QUANTITY = "quantity"
    NUMBER = "number"
    URI = "uri"
    COMPOSITE = "composite"


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a composite parameter; its paths start where the composite's end."""

    kind: SearchKind
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """`targets` are the types a reference may point at (none: any), the others left out when it `is_limited`."""

    kind: SearchKind
    paths: tuple[str, ...]
    targets: tuple[str, ...] = ()
    is_limited: bool = False
    parts: tuple[Part, ...] = ()


def _parameter(told: Mapping[str, Any]) -> SearchParameter:
    return SearchParameter(
        SearchKind(told["kind"]),
        tuple(told["paths"]),
        tuple(told.get("targets", ())),
        bool(told.get("limited")),
        tuple(Part(SearchKind(one["kind"]), tuple(one["paths"])) for one in told.get("parts", ())),
    )


_TOLD: Final[dict[str, Any]] = orjson.loads(Path(__file__).with_name("parameters.json").read_bytes())
_ALL: Final = {name: _parameter(told) for name, told in _TOLD["parameters"]["*"].items()}

#: Type → parameter → where it finds its values; the parameters of every type come first.
SEARCH: Final[Mapping[str, Mapping[str, SearchParameter]]] = MappingProxyType(
    {
        kind: MappingProxyType(_ALL | {name: _parameter(told) for name, told in table.items()})
        for kind, table in _TOLD["parameters"].items()
        if kind != "*"
    }
)
#: Compartment → type → the parameters that put a resource in it.
COMPARTMENTS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = MappingProxyType(
    {
        name: MappingProxyType({kind: tuple(parameters) for kind, parameters in table.items()})
        for name, table in _TOLD["compartments"].items()
    }
)
#: Type → the elements of its summary, by path from the type.
SUMMARY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {kind: tuple(shape["summary"]) for kind, shape in _TOLD["shapes"].items()}
)
#: Type → its mandatory elements, every name of a choice told.
MANDATORY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {kind: tuple(shape["mandatory"]) for kind, shape in _TOLD["shapes"].items()}
)
