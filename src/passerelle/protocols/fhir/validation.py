"""Faults of a resource: unknown or missing elements, cardinality, forms, required codes, references."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from passerelle.protocols.fhir.codec import FhirError, Json
from passerelle.protocols.fhir.issues import Issue
from passerelle.protocols.fhir.primitives import PRIMITIVES, is_well_formed
from passerelle.protocols.fhir.search.definitions import SEARCH
from passerelle.protocols.fhir.search.values import date_range
from passerelle.protocols.fhir.structure import REQUIRED_CODES, STRUCTURE

_REFERENCE = re.compile(
    r"#[\w.\-]*|urn:(uuid|oid):\S+|(https?://\S+/)?(?P<type>[A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(/_history/[\w.\-]+)?"
    r"|https?://\S+"
)
_MAX_ISSUES = 50
_MAX_DEPTH = 40
_ANYWHERE = frozenset({"id", "extension"})


@dataclass(frozen=True, slots=True)
class _Element:
    name: str
    kind: str
    code_set: str
    targets: frozenset[str]
    is_list: bool
    is_required: bool


def validate(resource: Json) -> list[Issue]:
    """Return the faults of a resource of a known type, 50 at most."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind not in SEARCH:
        return [_fault("structure", "resourceType inconnu ou non pris en charge", "resourceType")]
    body = {name: value for name, value in resource.items() if name != "resourceType"}
    issues: list[Issue] = []
    for issue in _object(kind, body, kind, 0):
        issues.append(issue)
        if len(issues) == _MAX_ISSUES:
            break
    return issues


def _fault(code: str, text: str, expression: str) -> Issue:
    return Issue("error", code, text, expression)


@cache
def _elements(kind: str) -> dict[str, _Element]:
    found: dict[str, _Element] = {}
    for name, told in STRUCTURE[kind].items():
        for each in told.split():
            element = _element(name.removesuffix("[x]"), each, is_choice=name.endswith("[x]"))
            found[element.name] = element
    return found


def _element(name: str, told: str, *, is_choice: bool) -> _Element:
    cardinality = told[-1] if told[-1] in "!*+" else ""
    kind, _, code_set = told.rstrip("!*+").partition(":")
    kind, _, targets = kind.partition("(")
    full_name = name + kind[0].upper() + kind[1:] if is_choice else name
    allowed = frozenset(targets.rstrip(")").split("|")) if targets else frozenset[str]()
    return _Element(full_name, kind, code_set, allowed, cardinality in {"*", "+"}, cardinality in {"!", "+"})


@cache
def _choices(kind: str) -> tuple[frozenset[str], ...]:
    return tuple(
        frozenset(_element(name.removesuffix("[x]"), each, is_choice=True).name for each in told.split())
        for name, told in STRUCTURE[kind].items()
        if name.endswith("[x]")
    )


def _object(kind: str, node: Any, where: str, depth: int) -> Iterator[Issue]:
    if not isinstance(node, dict) or not node:
        yield _fault("structure", "un objet non vide est attendu", where)
        return
    if depth > _MAX_DEPTH:
        yield _fault("structure", "trop de niveaux", where)
        return
    elements = _elements(kind)
    for name, value in node.items():
        element = elements.get(name)
        if element is not None:
            yield from _value(element, value, f"{where}.{name}", depth)
        elif name not in _ANYWHERE and not name.startswith("_"):
            yield _fault("structure", f"élément inconnu : {name[:60]}", f"{where}.{name[:60]}")
    yield from _missing(kind, node, where)
    yield from _invariants(kind, node, where)


def _missing(kind: str, node: Json, where: str) -> Iterator[Issue]:
    for element in _elements(kind).values():
        if element.is_required and element.name not in node and f"_{element.name}" not in node:
            yield _fault("required", f"élément obligatoire absent : {element.name}", f"{where}.{element.name}")
    for names in _choices(kind):
        present = sorted(names & node.keys())
        if len(present) > 1:
            yield _fault(
                "structure", f"un seul de ces éléments est permis : {', '.join(present)}", f"{where}.{present[1]}"
            )


def _value(element: _Element, value: Any, where: str, depth: int) -> Iterator[Issue]:
    if not element.is_list:
        if isinstance(value, list):
            yield _fault("structure", "une seule valeur est permise, pas une liste", where)
        else:
            yield from _item(element, value, where, depth)
        return
    if not isinstance(value, list) or not value:
        yield _fault("structure", "une liste non vide est attendue", where)
        return
    for number, item in enumerate(value):
        is_left_to_extension = item is None and element.kind in PRIMITIVES
        if not is_left_to_extension:
            yield from _item(element, item, f"{where}[{number}]", depth)


def _item(element: _Element, item: Any, where: str, depth: int) -> Iterator[Issue]:
    if element.kind in PRIMITIVES:
        yield from _primitive(element, item, where)
    elif element.kind in STRUCTURE:
        yield from _object(element.kind, item, where, depth + 1)
        if element.kind == "Reference" and isinstance(item, dict):
            yield from _reference(element, item, where)
    elif not isinstance(item, dict) or not item:
        yield _fault("structure", "un objet non vide est attendu", where)


def _primitive(element: _Element, item: Any, where: str) -> Iterator[Issue]:
    if not is_well_formed(element.kind, item):
        yield _fault("value", f"forme incorrecte pour le type {element.kind}", where)
    elif element.kind in {"date", "dateTime", "instant"} and not _exists(item):
        yield _fault("value", "cette date n’existe pas", where)
    elif element.code_set and item not in REQUIRED_CODES[element.code_set]:
        yield _fault("code-invalid", f"code hors du jeu de valeurs {element.code_set}", where)


def _exists(text: str) -> bool:
    try:
        date_range(text)
    except FhirError:
        return False
    return True


def _reference(element: _Element, item: Json, where: str) -> Iterator[Issue]:
    target = item.get("reference")
    if not isinstance(target, str):
        return
    found = _REFERENCE.fullmatch(target)
    if not found:
        yield _fault("value", "référence attendue sous la forme Type/id, URL ou #id", f"{where}.reference")
    elif element.targets and found["type"] and "://" not in target and found["type"] not in element.targets:
        yield _fault("value", f"cible attendue : {', '.join(sorted(element.targets))}", f"{where}.reference")


def _invariants(kind: str, node: Json, where: str) -> Iterator[Issue]:
    if kind == "Observation" and "dataAbsentReason" in node and any(name.startswith("value") for name in node):
        yield _fault("invariant", "obs-6 : dataAbsentReason n’a de sens que sans valeur", f"{where}.dataAbsentReason")
    if kind == "Period" and _is_backwards(node.get("start"), node.get("end")):
        yield _fault("invariant", "per-1 : la fin précède le début", where)
    if kind in _INVARIANTS:
        yield from _INVARIANTS[kind](node, where)
    if kind == "Patient.contact" and not {"name", "telecom", "address", "organization"} & node.keys():
        yield _fault("invariant", "pat-1 : un contact a un nom, un moyen de le joindre ou une organisation", where)


def _is_backwards(start: Any, end: Any) -> bool:
    if not isinstance(start, str) or not isinstance(end, str):
        return False
    try:
        earliest, latest = date_range(start).start, date_range(end).end
    except FhirError:
        return False
    return earliest is not None and latest is not None and latest <= earliest


def _of_appointment(node: Json, where: str) -> Iterator[Issue]:
    if ("start" in node) != ("end" in node):
        yield _fault("invariant", "app-2 : le début et la fin vont ensemble", where)
    if "start" not in node and node.get("status") not in {"proposed", "cancelled", "waitlist"}:
        yield _fault("invariant", "app-3 : un rendez-vous convenu a un début et une fin", where)
    if "cancelationReason" in node and node.get("status") not in {"cancelled", "noshow"}:
        yield _fault("invariant", "app-4 : une raison d’annulation suppose l’annulation", f"{where}.cancelationReason")


def _of_participant(node: Json, where: str) -> Iterator[Issue]:
    if not {"type", "actor"} & node.keys():
        yield _fault("invariant", "app-1 : un participant a un rôle ou un nom", where)


_INVARIANTS: dict[str, Callable[[Json, str], Iterator[Issue]]] = {
    "Appointment": _of_appointment,
    "Appointment.participant": _of_participant,
}
