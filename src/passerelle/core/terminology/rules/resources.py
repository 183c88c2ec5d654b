"""Code systems, value sets and concept maps as FHIR R4 resources."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID, uuid5

from passerelle.core.terminology.rules.catalogue import Catalogue
from passerelle.core.terminology.rules.model import CodeSystem, Concept, ConceptMap, Expansion, Include, ValueSet

Json = dict[str, Any]
_NAMESPACE: Final = UUID("2b7a1f0c-4c1e-5f0e-9f43-8e0f6e2a7d10")
_USUAL: Final = {"system": "http://terminology.hl7.org/CodeSystem/designation-usage", "code": "display"}
_KINDS: Final = ("code", "string", "integer", "boolean", "dateTime")


def resource_id(type_: str, url: str) -> UUID:
    """Return the id of a resource of this house: always the same for the same address."""
    return uuid5(_NAMESPACE, f"{type_}/{url}")


def resources_of(catalogue: Catalogue) -> Iterator[Json]:
    """Yield every resource of the catalogue, whole."""
    yield from (code_system_resource(one) for one in catalogue.code_systems)
    yield from (value_set_resource(catalogue.value_sets[url]) for url in sorted(catalogue.value_sets))
    yield from (concept_map_resource(catalogue.maps[url]) for url in sorted(catalogue.maps))


def code_system_resource(one: CodeSystem) -> Json:
    """Return a code system as a CodeSystem. https://hl7.org/fhir/R4/codesystem.html."""
    made = _head("CodeSystem", one.url, one.name, one.title, one.source) | {
        "caseSensitive": True,
        "content": "complete" if one.is_complete else "fragment",
        "count": len(one.concepts),
        "concept": [_concept(found) for found in one.concepts.values()],
    }
    optional = {
        "version": one.version,
        "publisher": one.publisher,
        "copyright": one.copyright,
        "valueSet": one.value_set,
        "hierarchyMeaning": "is-a" if one.has_hierarchy else "",
    }
    made |= {name: value for name, value in optional.items() if value}
    if one.oid:
        made["identifier"] = [{"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{one.oid}"}]
    declared = [{"code": name, "type": kind} for name, kind in one.properties.items() if kind in _KINDS]
    declared += [{"code": "parent", "type": "code"}] if one.has_hierarchy else []
    return made | ({"property": declared} if declared else {})


def _concept(one: Concept) -> Json:
    told: Json = {"code": one.code, "display": one.display}
    if one.official:
        told["designation"] = designations(one)
    properties = [_property(name, value) for name, value in one.properties.items()]
    properties += [{"code": "parent", "valueCode": parent} for parent in one.parents]
    return told | ({"property": properties} if properties else {})


def _property(name: str, value: str) -> Json:
    return {"code": name, "valueString" if name in {"unit", "shown"} else "valueCode": value}


def designations(one: Concept) -> list[Json]:
    """Return the other wordings of a concept: the published French one."""
    return [{"language": "fr", "use": dict(_USUAL), "value": one.official}] if one.official else []


def value_set_resource(one: ValueSet, expansion: Expansion | None = None, *, at: str = "") -> Json:
    """Return a value set as a ValueSet, with its expansion when one is given."""
    made = _head("ValueSet", one.url, one.name or "ValueSet", one.title, one.source)
    made["compose"] = {"include": [_include(part) for part in one.include]}
    if one.exclude:
        made["compose"]["exclude"] = [_include(part) for part in one.exclude]
    if expansion is not None:
        made["expansion"] = {
            "timestamp": at,
            "total": expansion.total,
            "offset": expansion.offset,
            "contains": [{"system": c.system, "code": c.code, "display": c.display} for c in expansion.concepts],
        }
    return made


def _include(part: Include) -> Json:
    told: Json = {"system": part.system} if part.system else {}
    if part.codes:
        told["concept"] = [{"code": code} for code in part.codes]
    if part.where:
        told["filter"] = [{"property": one.property, "op": one.op, "value": one.value} for one in part.where]
    return told | ({"valueSet": list(part.value_sets)} if part.value_sets else {})


def concept_map_resource(one: ConceptMap) -> Json:
    """Return a concept map as a ConceptMap. https://hl7.org/fhir/R4/conceptmap.html."""
    made = _head("ConceptMap", one.url, one.name, one.title, one.source)
    made |= {"sourceUri": one.origin, "targetUri": one.destination, "group": []}
    for group in one.groups:
        elements = [
            {"code": code, "target": [{"code": target, "equivalence": group.equivalence} for target in targets]}
            for code, targets in group.targets.items()
        ]
        told: Json = {"source": group.source, "target": group.target, "element": elements}
        if group.otherwise:
            told["unmapped"] = {"mode": "fixed", "code": group.otherwise}
        made["group"].append(told)
    return made


def _head(type_: str, url: str, name: str, title: str, source: str) -> Json:
    told: Mapping[str, Any] = {
        "resourceType": type_,
        "id": str(resource_id(type_, url)),
        "language": "fr",
        "url": url,
        "name": name,
        "title": title,
        "status": "active",
        "experimental": False,
        "description": source,
    }
    return {key: value for key, value in told.items() if value != ""}
