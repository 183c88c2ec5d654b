"""Checks made once from the table of structures: a function for each type, quick when there is nothing to find."""

from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Any

from passerelle.protocols.fhir.primitives import IS_WELL_FORMED
from passerelle.protocols.fhir.structures.table import Allowed, Element, base_of, code_set, elements, resource_types
from passerelle.protocols.fhir.validation.invariants import INVARIANTS, Invariant
from passerelle.protocols.fhir.validation.references import reference_check
from passerelle.protocols.fhir.validation.walk import DEEPEST, Check, Fault, Walk, fault, under


@cache
def check_of(kind: str) -> Check:
    """Return the check of a type with elements: a resource, a data type, a part of one.

    Raises:
        KeyError: no such type.
    """
    shape = _shape_of(kind)
    checks, required, choices, invariants = shape.checks, shape.required, shape.choices, INVARIANTS.get(kind, ())

    def check(node: Any, walk: Walk) -> list[Fault] | None:
        if type(node) is not dict or not node or walk.depth == DEEPEST:
            return _no_object(node)
        walk.depth += 1
        found: list[Fault] = []
        for name, value in node.items():
            faults = checks.get(name, _unknown)(value, walk)
            if faults is not None:
                found += under(f".{name[:60]}", faults)
        walk.depth -= 1
        if required and not required <= node.keys():
            found += shape.missing(node)
        if choices:
            found += shape.wrong_choices(node)
        for invariant in invariants:
            found += () if invariant.holds(node) else _broken(invariant)
        return found or None

    shape.fill()
    return check


def check_of_member(kind: str, name: str) -> Check:
    """Return the check of one member of a type.

    Raises:
        KeyError: no such type.
    """
    check_of(kind)
    return _shape_of(kind).checks.get(name, _unknown)


def has_right_members(kind: str, names: Collection[str]) -> bool:
    """Tell whether the members a node has are those it must have, each choice made once."""
    check_of(kind)
    shape = _shape_of(kind)
    node = dict.fromkeys(names)
    return shape.required <= node.keys() and not (shape.choices and shape.wrong_choices(node))


def holds_invariants(kind: str, node: dict[str, Any]) -> bool:
    """Tell whether a node whose members are right holds the rules between them."""
    return all(invariant.holds(node) for invariant in INVARIANTS.get(kind, ()))


def _no_object(node: Any) -> list[Fault]:
    if type(node) is not dict or not node:
        return fault("structure", "un objet non vide est attendu")
    return fault("structure", f"plus de {DEEPEST} niveaux")


def _unknown(value: Any, walk: Walk) -> list[Fault] | None:
    del value, walk
    return fault("structure", "élément inconnu")


@cache
def _shape_of(kind: str) -> "_Shape":
    return _Shape(kind)


class _Shape:
    """What the check of a type looks up. Filled after the check exists: types may hold themselves."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._elements = elements(kind)
        self.checks: dict[str, Check] = {}
        self.required = frozenset(one.name for one in self._elements if one.least and not one.is_choice)
        self.choices = {name: one.name for one in self._elements if one.is_choice for name, _ in _forms(one)}
        self.needed = frozenset(one.name for one in self._elements if one.least and one.is_choice)

    def fill(self) -> None:
        is_resource = self._kind in resource_types() or self._kind in {"Resource", "DomainResource"}
        self.checks["id"] = _primitive("id" if is_resource else "string")
        if is_resource:
            self.checks["resourceType"] = _named(self._kind)
        if not is_resource or base_of(self._kind) == "DomainResource":
            self.checks["extension"] = _many(_late("Extension"))
        for element in self._elements:
            for name, allowed in _forms(element):
                self.checks[name] = _element_check(element, allowed)
                if allowed.kind in IS_WELL_FORMED:
                    self.checks[f"_{name}"] = _beside(element)

    def missing(self, node: dict[str, Any]) -> list[Fault]:
        absent = (name for name in sorted(self.required) if name not in node and f"_{name}" not in node)
        return [Fault(f".{name}", "required", f"élément obligatoire absent : {name}") for name in absent]

    def wrong_choices(self, node: dict[str, Any]) -> list[Fault]:
        """Return the fault of a choice said in two types, and of one that had to be said."""
        told = [self.choices[name] for name in node if name in self.choices]
        if len(told) < 2 and not self.needed:
            return []
        found: list[Fault] = []
        for name in {one for one in told if told.count(one) > 1}:
            present = sorted(form for form in node if self.choices.get(form) == name)
            text = f"un seul de ces éléments est permis : {', '.join(present)}"
            found += fault("structure", text, f".{present[1]}")
        for name in self.needed.difference(told):
            if not any(self.choices.get(form.removeprefix("_")) == name for form in node):
                found += fault("required", f"élément obligatoire absent : {name}[x]", f".{name}")
        return found


def _forms(element: Element) -> Iterator[tuple[str, Allowed]]:
    """Yield each name an element may be written under, with its type: `value[x]` has one for each type."""
    for allowed in element.types:
        suffix = allowed.kind[0].upper() + allowed.kind[1:] if element.is_choice else ""
        yield element.name + suffix, allowed


def _element_check(element: Element, allowed: Allowed) -> Check:
    is_primitive = allowed.kind in IS_WELL_FORMED
    one = _primitive(allowed.kind, allowed.code_set) if is_primitive else _structured(allowed)
    if not element.is_list:
        return one
    return _many_primitives(one) if is_primitive else _many(one)


def _structured(allowed: Allowed) -> Check:
    if allowed.kind == "Reference":
        return reference_check(_late("Reference"), allowed.targets)
    if allowed.kind == "Resource":
        return check_any
    if allowed.code_set:
        return _bound(_late(allowed.kind), allowed)
    return _late(allowed.kind)


def _late(kind: str) -> Check:
    """Return the check of a type, made when it is first needed: types hold each other."""
    made: list[Check] = []

    def check(node: Any, walk: Walk) -> list[Fault] | None:
        if not made:
            made.append(check_of(kind))
        return made[0](node, walk)

    return check


def check_any(node: Any, walk: Walk) -> list[Fault] | None:
    """Check a resource held in another by its own type; of a type whose structure is not known, its name alone."""
    kind = node.get("resourceType") if type(node) is dict else None
    if type(kind) is not str:
        return fault("structure", "une ressource est attendue, avec son resourceType")
    if kind in resource_types():
        return check_of(kind)(node, walk)
    if not any(kind in codes for codes in code_set("resource-types").values()):
        return fault("value", f"type de ressource inconnu : {kind[:60]}", ".resourceType")
    return None


def _named(kind: str) -> Check:
    def check(value: Any, walk: Walk) -> list[Fault] | None:
        del walk
        return None if value == kind else fault("value", f"{kind} est attendu")

    return check


def _primitive(kind: str, codes: str = "") -> Check:
    is_right = IS_WELL_FORMED[kind]
    text = f"forme incorrecte pour le type {kind}"
    if codes:
        return _code(is_right, frozenset().union(*code_set(codes).values()), codes, text)

    def check(value: Any, walk: Walk) -> list[Fault] | None:
        del walk
        return None if is_right(value) else _wrong(value, text)

    return check


def _wrong(value: Any, text: str) -> list[Fault]:
    if type(value) is list:
        return fault("structure", "une seule valeur est permise, pas une liste")
    return fault("value", text)


def _code(is_right: Callable[[Any], bool], codes: frozenset[str], name: str, text: str) -> Check:
    def check(value: Any, walk: Walk) -> list[Fault] | None:
        del walk
        if type(value) is str and value in codes:
            return None
        return fault("code-invalid", f"code hors du jeu de valeurs {name}") if is_right(value) else _wrong(value, text)

    return check


def _bound(one: Check, allowed: Allowed) -> Check:
    """Return the check of a Coding or CodeableConcept of which a coding must be of the value set."""
    systems, is_concept = code_set(allowed.code_set), allowed.kind == "CodeableConcept"
    none = frozenset[str]()

    def check(value: Any, walk: Walk) -> list[Fault] | None:
        faults = one(value, walk)
        if faults is not None:
            return faults
        for coding in value.get("coding", ()) if is_concept else (value,):
            if coding.get("code") in systems.get(coding.get("system", ""), none):
                return None
        return fault("code-invalid", f"aucun code du jeu de valeurs {allowed.code_set}")

    return check


def _many(one: Check) -> Check:
    def check(value: Any, walk: Walk) -> list[Fault] | None:
        if type(value) is not list or not value:
            return fault("structure", "une liste non vide est attendue")
        found: list[Fault] | None = None
        for rank, item in enumerate(value):
            faults = one(item, walk)
            if faults is not None:
                found = (found or []) + under(f"[{rank}]", faults)
                if len(found) > 200:
                    break
        return found

    return check


def _many_primitives(one: Check) -> Check:
    def check(value: Any, walk: Walk) -> list[Fault] | None:
        if type(value) is not list or not value:
            return fault("structure", "une liste non vide est attendue")
        found: list[Fault] | None = None
        for rank, item in enumerate(value):
            if item is None:
                walk.has_null = True
            elif (faults := one(item, walk)) is not None:
                found = (found or []) + under(f"[{rank}]", faults)
        return found

    return check


def _beside(element: Element) -> Check:
    """Return the check of what stands beside a primitive: its id and extensions, or a list of them and nulls."""
    one = check_of("Element")
    if not element.is_list:
        return one

    def check(value: Any, walk: Walk) -> list[Fault] | None:
        if type(value) is not list or not value:
            return fault("structure", "une liste non vide est attendue")
        for rank, item in enumerate(value):
            faults = None if item is None else one(item, walk)
            if faults is not None:
                return under(f"[{rank}]", faults)
        return None

    return check


def _broken(invariant: Invariant) -> list[Fault]:
    path = f".{invariant.element}" if invariant.element else ""
    return fault("invariant", f"{invariant.key} : {invariant.text}", path)
