"""From the reviewed files to code systems, value sets and concept maps. Every scalar comes as text."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from passerelle.core.terminology.rules.model import (
    CodeSystem,
    Concept,
    ConceptMap,
    Include,
    MapGroup,
    TerminologyError,
    ValueSet,
    Where,
)

Raw = Mapping[str, Any]
_CONTENTS: Final = {"complete": True, "fragment": False}
_LABELS: Final = {"official": True, "usual": False}
_OPERATORS: Final = frozenset({"=", "in", "not-in", "is-a", "descendent-of", "is-not-a", "exists"})


def code_system_of(raw: Raw) -> CodeSystem:
    """Return the code system that a document of a file declares.

    Raises:
        TerminologyError: something is missing or unknown; a parent is not a code of the system.
    """
    url, properties = _text(raw, "url"), dict(raw.get("properties", {}))
    concepts = {code: _concept(url, code, told, properties) for code, told in raw.get("concepts", {}).items()}
    for concept in concepts.values():
        for parent in concept.parents:
            if parent not in concepts:
                raise TerminologyError(f"{url}#{concept.code}", f"le parent {parent} n’est pas un code du système")
    return CodeSystem(
        url=url,
        name=_text(raw, "name"),
        title=_text(raw, "title"),
        source=_text(raw, "source"),
        concepts=concepts,
        is_complete=_among(raw, "content", _CONTENTS),
        is_official=_among(raw, "labels", _LABELS),
        oid=raw.get("oid", ""),
        aliases=tuple(raw.get("aliases", ())),
        publisher=raw.get("publisher", ""),
        copyright=raw.get("copyright", ""),
        version=raw.get("version", ""),
        value_set=raw.get("value_set", ""),
        has_hierarchy="hierarchy" in raw,
        properties=properties,
    )


def _concept(url: str, code: str, told: str | Raw, properties: Mapping[str, str]) -> Concept:
    if isinstance(told, str):
        return Concept(url, code, told)
    where = f"{url}#{code}"
    unknown = set(told) - {"fr", "official", "in", *properties}
    if unknown:
        raise TerminologyError(where, f"propriété non déclarée : {', '.join(sorted(unknown))}")
    official = told.get("official", "")
    return Concept(
        system=url,
        code=code,
        display=_text(told, "fr", where),
        official="" if official == told["fr"] else official,
        parents=tuple([told["in"]] if isinstance(told.get("in"), str) else told.get("in", ())),
        properties={name: told[name] for name in properties if name in told},
    )


def value_set_of(raw: Raw) -> ValueSet:
    """Return the value set that a document of a file declares.

    Raises:
        TerminologyError: something is missing or unknown.
    """
    url = _text(raw, "url")
    return ValueSet(
        url=url,
        name=_text(raw, "name"),
        title=_text(raw, "title"),
        source=_text(raw, "source"),
        include=tuple(_include(one, url) for one in raw.get("include", ())),
        exclude=tuple(_include(one, url) for one in raw.get("exclude", ())),
    )


def _include(raw: Raw, where: str) -> Include:
    filters = tuple(Where(one["property"], one["op"], one["value"]) for one in raw.get("where", ()))
    for one in filters:
        check_operator(one.op, where)
    return Include(
        system=raw.get("system", ""),
        codes=tuple(raw.get("codes", ())),
        where=filters,
        value_sets=tuple(raw.get("value_sets", ())),
    )


def check_operator(op: str, where: str) -> None:
    """Refuse an operator of filter that is not supported: `regex` among others, which a stranger could make costly.

    Raises:
        TerminologyError: it is not.
    """
    if op not in _OPERATORS:
        raise TerminologyError(where, f"opérateur de filtre non pris en charge : {op[:20]}")


def concept_map_of(raw: Raw) -> ConceptMap:
    """Return the concept map that a document of a file declares.

    Raises:
        TerminologyError: something is missing; a source code has two targets in one group.
    """
    url = _text(raw, "url")
    return ConceptMap(
        url=url,
        name=_text(raw, "name"),
        title=_text(raw, "title"),
        source=_text(raw, "source"),
        origin=_text(raw, "origin"),
        destination=_text(raw, "destination"),
        groups=tuple(_group(one, url) for one in raw.get("groups", ())),
    )


def _group(raw: Raw, url: str) -> MapGroup:
    targets: dict[str, tuple[str, ...]] = {}
    for target, source in _pairs(raw):
        if source in targets:
            raise TerminologyError(url, f"le code {source} est traduit deux fois")
        targets[source] = (target,)
    return MapGroup(
        source=_text(raw, "source", url),
        target=_text(raw, "target", url),
        equivalence=_text(raw, "equivalence", url),
        targets=targets,
        otherwise=raw.get("otherwise", ""),
    )


def _pairs(raw: Raw) -> Iterator[tuple[str, str]]:
    for target, sources in raw.get("to", {}).items():
        for source in sources:
            yield target, source


def _text(raw: Raw, name: str, where: str = "") -> str:
    found = raw.get(name)
    if not isinstance(found, str) or not found.strip():
        raise TerminologyError(where or str(raw.get("url", "?")), f"« {name} » est obligatoire")
    return found


def _among(raw: Raw, name: str, words: Mapping[str, bool]) -> bool:
    found = raw.get(name)
    if found not in words:
        raise TerminologyError(str(raw.get("url", "?")), f"« {name} » attend : {', '.join(words)}")
    return words[str(found)]
