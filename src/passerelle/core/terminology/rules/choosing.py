"""What a value set holds, and how codes stand in their hierarchy."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from passerelle.core.terminology.rules.catalogue import Catalogue
from passerelle.core.terminology.rules.model import (
    CodeSystem,
    Concept,
    Include,
    Subsumption,
    TerminologyError,
    UnknownCode,
    ValueSet,
    Where,
)
from passerelle.core.terminology.rules.reading import check_operator

_DEEPEST: Final = 8
_MOST_PARTS: Final = 100
_MOST_CODES: Final = 5_000


def members(catalogue: Catalogue, value_set: ValueSet, *, depth: int = 0) -> dict[tuple[str, str], Concept]:
    """Return the codes of a value set by (system, code), in the order of their files.

    Raises:
        UnknownSystem: a part names a system that is not known here.
        UnknownValueSet: a part names a value set that is not.
        TerminologyError: value sets name each other without end.
    """
    if depth > _DEEPEST:
        raise TerminologyError(value_set.url, "des jeux de valeurs s’incluent sans fin")
    held: dict[tuple[str, str], Concept] = {}
    for part in value_set.include:
        held |= _part(catalogue, part, depth)
    for part in value_set.exclude:
        for key in _part(catalogue, part, depth):
            held.pop(key, None)
    return held


def _part(catalogue: Catalogue, part: Include, depth: int) -> dict[tuple[str, str], Concept]:
    nested = [members(catalogue, catalogue.value_set(url), depth=depth + 1) for url in part.value_sets]
    if not part.system:
        first, *others = nested or [{}]
        return {key: found for key, found in first.items() if all(key in other for other in others)}
    system = catalogue.system(part.system)
    found = {(system.url, one.code): one for one in _of_system(system, part)}
    return {key: one for key, one in found.items() if all(key in other for other in nested)}


def _of_system(system: CodeSystem, part: Include) -> Iterator[Concept]:
    if part.codes:
        for code in part.codes:
            if code in system.concepts:
                yield system.concepts[code]
        return
    for concept in system.concepts.values():
        if all(_keeps(system, concept, one) for one in part.where):
            yield concept


def _keeps(system: CodeSystem, concept: Concept, where: Where) -> bool:
    if where.op in {"is-a", "descendent-of", "is-not-a"}:
        is_below = where.value in ancestors(system, concept.code)
        is_same = concept.code == where.value
        kept = {"is-a": is_below or is_same, "descendent-of": is_below, "is-not-a": not (is_below or is_same)}
        return kept[where.op]
    told = concept.code if where.property in {"code", "concept"} else concept.properties.get(where.property)
    if where.op == "exists":
        return (told is not None) == (where.value == "true")
    values = {where.value} if where.op == "=" else {one.strip() for one in where.value.split(",")}
    return (told not in values) if where.op == "not-in" else told in values


def ancestors(system: CodeSystem, code: str) -> frozenset[str]:
    """Return every code above this one, itself left out."""
    found: set[str] = set()
    waiting = list(system.concepts[code].parents)
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting += system.concepts[parent].parents
    return frozenset(found)


def subsumption(system: CodeSystem, code_a: str, code_b: str) -> Subsumption:
    """Return how code A stands to code B.

    Raises:
        UnknownCode: one of them is not a code of the system.
    """
    for code in (code_a, code_b):
        if code not in system.concepts:
            raise UnknownCode(code)
    if code_a == code_b:
        return Subsumption.EQUIVALENT
    if code_a in ancestors(system, code_b):
        return Subsumption.SUBSUMES
    return Subsumption.SUBSUMED_BY if code_b in ancestors(system, code_a) else Subsumption.NOT_SUBSUMED


def value_set_of_resource(resource: Mapping[str, Any]) -> ValueSet:
    """Return the value set that a FHIR ValueSet resource composes.

    Raises:
        TerminologyError: it is not one, composes nothing, too much, or by what is not supported.
    """
    if resource.get("resourceType") != "ValueSet":
        raise TerminologyError(where="resourceType", why="attend un ValueSet")
    compose = resource.get("compose")
    if not isinstance(compose, dict) or not isinstance(compose.get("include"), list):
        raise TerminologyError(where="ValueSet.compose.include", why="est obligatoire : rien n’est à développer")
    url = str(resource.get("url") or "urn:passerelle:value-set:given")
    return ValueSet(
        url=url,
        name=str(resource.get("name", "")),
        title=str(resource.get("title", "")),
        source="",
        include=_parts(compose["include"], "ValueSet.compose.include"),
        exclude=_parts(compose.get("exclude", []), "ValueSet.compose.exclude"),
    )


def _parts(told: Any, where: str) -> tuple[Include, ...]:
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise TerminologyError(where, "attend une liste d’objets")
    if len(told) > _MOST_PARTS:
        raise TerminologyError(where, f"au plus {_MOST_PARTS} parties")
    return tuple(_told_part(one, f"{where}[{rank}]") for rank, one in enumerate(told))


def _told_part(told: Mapping[str, Any], where: str) -> Include:
    concepts = _objects(told, "concept", where)
    if len(concepts) > _MOST_CODES:
        raise TerminologyError(f"{where}.concept", f"au plus {_MOST_CODES} codes")
    filters = []
    for rank, one in enumerate(_objects(told, "filter", where)):
        place = f"{where}.filter[{rank}]"
        made = Where(*(_word(one, name, place) for name in ("property", "op", "value")))
        check_operator(made.op, f"{place}.op")
        filters.append(made)
    value_sets = told.get("valueSet", [])
    if not isinstance(value_sets, list) or not all(isinstance(one, str) for one in value_sets):
        raise TerminologyError(f"{where}.valueSet", "attend une liste d’adresses")
    codes = tuple(_word(one, "code", f"{where}.concept[{rank}]") for rank, one in enumerate(concepts))
    system = _word(told, "system", where) if "system" in told or concepts or filters else ""
    return Include(system, codes, tuple(filters), tuple(value_sets[:_MOST_PARTS]))


def _objects(told: Mapping[str, Any], name: str, where: str) -> list[Mapping[str, Any]]:
    found = told.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise TerminologyError(f"{where}.{name}", "attend une liste d’objets")
    return found


def _word(told: Mapping[str, Any], name: str, where: str) -> str:
    found = told.get(name)
    if not isinstance(found, str) or not found:
        raise TerminologyError(f"{where}.{name}", "attend un texte")
    return found
