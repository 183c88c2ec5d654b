"""What is asked of a nomenclature. All of it is in memory: a look-up costs about a microsecond."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from passerelle.core.terminology.rules.choosing import members, subsumption
from passerelle.core.terminology.rules.model import (
    CodeCheck,
    CodeSystem,
    Concept,
    ConceptMap,
    Expansion,
    MapGroup,
    Subsumption,
    Translation,
    UnknownSystem,
    ValueSet,
)
from passerelle.core.terminology.rules.ucum import UCUM, UnitError, parse_unit
from passerelle.core.terminology.selectors.catalogue import current_catalogue
from passerelle.protocols import fhir

_MOST: Final = 1_000
Members = dict[tuple[str, str], Concept]


def lookup(system: str, code: str) -> Concept | None:
    """Return a code of a system, under any name of the system; None when it is not known here.

    A unit that is not listed but follows the grammar of UCUM is known, under its own code.
    """
    found = current_catalogue().concept(system, code)
    if found is None and system == UCUM and is_unit(code):
        return Concept(UCUM, code, code)
    return found


def display(system: str, code: str, lang: str = "fr") -> str | None:
    """Return the French label of a code; None when it is not known here, or in another language."""
    if lang.partition("-")[0] != "fr":
        return None
    found = lookup(system, code)
    return found.display if found else None


def code_system(name: str) -> CodeSystem:
    """Return a code system by its address, or any other name it goes by.

    Raises:
        UnknownSystem: none bears it.
    """
    return current_catalogue().system(name)


def value_set(url: str) -> ValueSet:
    """Return a value set by its address, with or without its version.

    Raises:
        UnknownValueSet: none bears it.
    """
    return current_catalogue().value_set(url)


def is_unit(code: str) -> bool:
    """Tell whether this text is a unit of UCUM."""
    try:
        parse_unit(code)
    except UnitError:
        return False
    return True


def validate_code(
    system: str, code: str, *, display: str | None = None, value_set: str | ValueSet | None = None
) -> CodeCheck:
    """Say whether a code is one of its system, and of a value set when one is given; a wrong label is refused.

    Raises:
        UnknownValueSet: the value set is not known here.
        UnknownSystem: the value set names a system that is not known here.
    """
    found = lookup(system, code)
    if found is None:
        return _unknown(system, code)
    if value_set is not None and (found.system, found.code) not in _members(value_set):
        return CodeCheck(is_valid=False, message=f"Le code {code} n’est pas de ce jeu de valeurs.")
    if display is not None and fhir.fold(display) not in {fhir.fold(one) for one in (found.display, found.official)}:
        return CodeCheck(
            is_valid=False,
            message=f"Le libellé « {display[:100]} » n’est pas celui du code {code}.",
            display=found.display,
        )
    return CodeCheck(is_valid=True, display=found.display)


def _unknown(system: str, code: str) -> CodeCheck:
    held = current_catalogue().systems.get(system)
    if held is None:
        return CodeCheck(
            is_valid=False, message=f"Système de codes inconnu ici : {system[:200]}", is_certain=system == UCUM
        )
    if held.url == UCUM:
        return CodeCheck(is_valid=False, message=f"« {code[:100]} » n’est pas une unité UCUM.")
    part = "" if held.is_complete else " (extrait)"
    return CodeCheck(
        is_valid=False,
        message=f"Code inconnu dans {held.title}{part} : {code[:100]}",
        is_certain=held.is_complete,
    )


def expand(value_set: str | ValueSet, filter_text: str = "", count: int | None = None, offset: int = 0) -> Expansion:
    """Return the codes of a value set whose label or code holds each word of `filter_text`.

    A page holds at most 1,000. `count` 0 gives the total alone.

    Raises:
        UnknownValueSet: the value set is not known here.
        UnknownSystem: it names a system that is not.
    """
    words = fhir.fold(filter_text).split()
    kept = [one for text, one in _searchable(value_set) if all(word in text for word in words)]
    size = _MOST if count is None else max(0, min(count, _MOST))
    url = value_set if isinstance(value_set, str) else value_set.url
    return Expansion(url, len(kept), offset, tuple(kept[offset : offset + size]))


def translate(
    system: str, code: str, *, map_url: str | None = None, target: str | None = None, is_reverse: bool = False
) -> list[Translation]:
    """Return the translations of a code, by one map or by all; `target` is a system or a value set to reach.

    Raises:
        UnknownSystem: no map bears `map_url`.
    """
    maps = current_catalogue().maps
    if map_url is not None and map_url not in maps:
        raise UnknownSystem(map_url)
    chosen = [maps[map_url]] if map_url is not None else list(maps.values())
    return [found for one in chosen for found in _translations(one, system, code, target, is_reverse=is_reverse)]


def _translations(
    one: ConceptMap, system: str, code: str, target: str | None, *, is_reverse: bool
) -> Iterator[Translation]:
    asked = current_catalogue().systems.get(system)
    url = asked.url if asked else system
    for group in one.groups:
        here, there = (group.target, group.source) if is_reverse else (group.source, group.target)
        if url != here or target not in {None, there, one.origin if is_reverse else one.destination}:
            continue
        for reached in _reached(group, code, is_reverse=is_reverse):
            concept = current_catalogue().concept(there, reached)
            if concept is not None:
                yield Translation(concept, _turned(group.equivalence, is_reverse=is_reverse), one.url)


def _reached(group: MapGroup, code: str, *, is_reverse: bool) -> tuple[str, ...]:
    if is_reverse:
        return tuple(source for source, targets in group.targets.items() if code in targets)
    found = group.targets.get(code, ())
    is_source = current_catalogue().concept(group.source, code) is not None
    return found or ((group.otherwise,) if group.otherwise and is_source else ())


def _turned(equivalence: str, *, is_reverse: bool) -> str:
    turned = {"wider": "narrower", "narrower": "wider", "subsumes": "specializes", "specializes": "subsumes"}
    return turned.get(equivalence, equivalence) if is_reverse else equivalence


def subsumes(system: str, code_a: str, code_b: str) -> Subsumption:
    """Return how code A stands to code B in the hierarchy of their system.

    Raises:
        UnknownSystem: the system is not known here.
        UnknownCode: one of the codes is not one of its own.
    """
    return subsumption(current_catalogue().system(system), code_a, code_b)


def _members(value_set: str | ValueSet) -> Members:
    return _kept_members(value_set) if isinstance(value_set, str) else members(current_catalogue(), value_set)


@lru_cache(maxsize=256)
def _kept_members(url: str) -> Members:
    catalogue = current_catalogue()
    return members(catalogue, catalogue.value_set(url))


def _searchable(value_set: str | ValueSet) -> tuple[tuple[str, Concept], ...]:
    if isinstance(value_set, str):
        return _kept_searchable(value_set)
    return _folded(_members(value_set))


@lru_cache(maxsize=256)
def _kept_searchable(url: str) -> tuple[tuple[str, Concept], ...]:
    return _folded(_kept_members(url))


def _folded(held: Members) -> tuple[tuple[str, Concept], ...]:
    return tuple((fhir.fold(f"{one.code} {one.display} {one.official}"), one) for one in held.values())
