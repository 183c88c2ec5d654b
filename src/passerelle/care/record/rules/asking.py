"""What a search request asks beside its criteria: how many, in what order, in what shape, with what else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from passerelle.care.record.rules.parameters import RESULT_PARAMETERS, SEARCHED
from passerelle.protocols.fhir import api as fhir

USUAL_COUNT, MOST_COUNT = 50, 200
_MOST_INCLUDES: Final = 10


class Malformed(Exception):
    """A result parameter that cannot be read: `parameter` is its name, `why` a French sentence."""

    def __init__(self, parameter: str, why: str) -> None:
        super().__init__(f"{parameter}: {why}")
        self.parameter, self.why = parameter, why


class Summary(Enum):
    """The values of `_summary`. Source: http://hl7.org/fhir/R4/search.html#summary."""

    TRUE = "true"
    TEXT = "text"
    DATA = "data"
    COUNT = "count"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class Include:
    """`source:parameter[:target]`, repeated on what it brings when it iterates. The parameter `*` is all of them."""

    source: str
    parameter: str
    target: str = ""
    is_iterate: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as asked; `params` are its criteria, by name with modifier."""

    params: dict[str, list[str]]
    count: int = USUAL_COUNT
    sort: str | None = None
    cursor: str | None = None
    total: str = "none"
    summary: Summary = Summary.FALSE
    elements: tuple[str, ...] = ()
    includes: tuple[Include, ...] = ()
    revincludes: tuple[Include, ...] = ()
    types: tuple[str, ...] = field(default=())

    @property
    def wants_rows(self) -> bool:
        """Tell whether resources are asked, or their number alone."""
        return self.count > 0 and self.summary is not Summary.COUNT

    @property
    def wants_total(self) -> bool:
        """Tell whether the number of matches is asked."""
        return self.total != "none" or not self.wants_rows


def read_asked(told: Mapping[str, Sequence[str]]) -> Asked:
    """Read the parameters of a search.

    Raises:
        Malformed: one of those about the result has not its form.
    """
    last = {name: values[-1] for name, values in told.items() if values}
    if last.get("_contained", "false") != "false":
        raise Malformed(parameter="_contained", why="les ressources contenues ne sont pas cherchées")
    return Asked(
        params={name: list(values) for name, values in told.items() if name not in RESULT_PARAMETERS | {"_type"}},
        count=_count(last.get("_count", "")),
        sort=last.get("_sort") or None,
        cursor=last.get("_cursor"),
        total=_one_of("_total", last.get("_total", "none"), ("none", "estimate", "accurate")),
        summary=_summary(last.get("_summary", "false")),
        elements=tuple(one.strip() for one in last.get("_elements", "").split(",") if one.strip()),
        includes=_includes(told, "_include"),
        revincludes=_includes(told, "_revinclude"),
        types=_types(told.get("_type", ())),
    )


def _count(told: str) -> int:
    if not told:
        return USUAL_COUNT
    if not (told.isascii() and told.isdecimal() and len(told) < 9):
        raise Malformed(parameter="_count", why="attend un nombre entier")
    return min(int(told), MOST_COUNT)


def _one_of(name: str, told: str, possible: Sequence[str]) -> str:
    if told not in possible:
        raise Malformed(name, f"attend {', '.join(possible)}")
    return told


def _summary(told: str) -> Summary:
    return Summary(_one_of("_summary", told, [one.value for one in Summary]))


def _types(values: Sequence[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(one for value in values for one in value.split(",") if one))
    unknown = [one for one in found if one not in SEARCHED]
    if unknown:
        raise Malformed(parameter="_type", why=f"type non pris en charge : {unknown[0][:40]}")
    return found


def _includes(told: Mapping[str, Sequence[str]], name: str) -> tuple[Include, ...]:
    found = [_include(name, value, is_iterate=False) for value in told.get(name, ())]
    found += [_include(name, value, is_iterate=True) for value in told.get(f"{name}:iterate", ())]
    if len(found) > _MOST_INCLUDES:
        raise Malformed(name, f"{_MOST_INCLUDES} au plus")
    return tuple(dict.fromkeys(found))


def _include(name: str, value: str, *, is_iterate: bool) -> Include:
    source, _, rest = value.partition(":")
    parameter, _, target = rest.partition(":")
    if source not in SEARCHED or not parameter:
        raise Malformed(name, "attend Type:référence, ou Type:référence:Cible")
    if parameter != "*" and (
        parameter not in fhir.SEARCH[source]
        or fhir.SEARCH[source][parameter].kind is not fhir.SearchKind.REFERENCE
        or (target and fhir.SEARCH[source][parameter].targets and target not in fhir.SEARCH[source][parameter].targets)
    ):
        raise Malformed(name, f"{value[:80]} n’est pas une référence connue")
    return Include(source, parameter, target, is_iterate)
