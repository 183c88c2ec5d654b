"""All that is declared, ready to be asked: by canonical address, by any other name of a system, by map."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from passerelle.core.terminology.rules.model import (
    CodeSystem,
    Concept,
    ConceptMap,
    Include,
    TerminologyError,
    UnknownSystem,
    UnknownValueSet,
    ValueSet,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Catalogue:
    """What the files declare. `systems` are found by canonical address, alias, OID or `urn:oid:`."""

    systems: Mapping[str, CodeSystem]
    value_sets: Mapping[str, ValueSet]
    maps: Mapping[str, ConceptMap]

    @cached_property
    def code_systems(self) -> tuple[CodeSystem, ...]:
        """Return each code system once, by address."""
        return tuple(sorted({one.url: one for one in self.systems.values()}.values(), key=lambda one: one.url))

    @cached_property
    def _concepts(self) -> dict[tuple[str, str], Concept]:
        return {(name, code): found for name, one in self.systems.items() for code, found in one.concepts.items()}

    def concept(self, system: str, code: str) -> Concept | None:
        """Return a code of a system under any of its names, None when it is not known."""
        return self._concepts.get((system, code))

    def system(self, name: str) -> CodeSystem:
        """Return a code system by any of its names.

        Raises:
            UnknownSystem: none bears it.
        """
        found = self.systems.get(name)
        if found is None:
            raise UnknownSystem(name)
        return found

    def value_set(self, url: str) -> ValueSet:
        """Return a value set by its address, with or without its version.

        Raises:
            UnknownValueSet: none bears it.
        """
        found = self.value_sets.get(url.partition("|")[0])
        if found is None:
            raise UnknownValueSet(url)
        return found


def catalogue_of(
    systems: Iterable[CodeSystem], value_sets: Iterable[ValueSet], maps: Iterable[ConceptMap]
) -> Catalogue:
    """Return the catalogue of what the files declare; each system that names a value set gives it, whole.

    Raises:
        TerminologyError: two declarations bear one name, or a declaration names what is not there.
    """
    by_name: dict[str, CodeSystem] = {}
    sets: dict[str, ValueSet] = {}
    for system in systems:
        for name in _names(system):
            _once(by_name, name, system)
        if system.value_set:
            _once(sets, system.value_set, _whole(system))
    for value_set in value_sets:
        _once(sets, value_set.url, value_set)
    kept: dict[str, ConceptMap] = {}
    for one in maps:
        _once(kept, one.url, one)
    made = Catalogue(by_name, sets, kept)
    _check(made)
    return made


def _names(system: CodeSystem) -> list[str]:
    oids = [system.oid, f"urn:oid:{system.oid}"] if system.oid else []
    return [system.url, *system.aliases, *oids]


def _whole(system: CodeSystem) -> ValueSet:
    return ValueSet(system.value_set, system.name, system.title, system.source, (Include(system.url),))


def _once(kept: dict[str, T], name: str, one: T) -> None:
    if name in kept:
        raise TerminologyError(name, "déclaré deux fois")
    kept[name] = one


def _check(made: Catalogue) -> None:
    for value_set in made.value_sets.values():
        for part in (*value_set.include, *value_set.exclude):
            _check_part(made, value_set.url, part)
    for one in made.maps.values():
        for group in one.groups:
            pairs = [(group.source, source) for source in group.targets]
            pairs += [(group.target, code) for codes in group.targets.values() for code in codes]
            for system, code in pairs:
                _check_code(made, one.url, system, code)


def _check_part(made: Catalogue, where: str, part: Include) -> None:
    if part.system and part.system not in made.systems:
        raise TerminologyError(where, f"système inconnu : {part.system}")
    for code in part.codes:
        _check_code(made, where, part.system, code)
    for url in part.value_sets:
        if url not in made.value_sets:
            raise TerminologyError(where, f"jeu de valeurs inconnu : {url}")


def _check_code(made: Catalogue, where: str, system: str, code: str) -> None:
    if made.concept(system, code) is None:
        raise TerminologyError(where, f"code inconnu : {system}#{code}")
