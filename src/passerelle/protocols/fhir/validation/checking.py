"""Faults of a resource: unknown or missing elements, cardinality, forms, required codes, references, invariants."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from passerelle.protocols.fhir.codec import Json
from passerelle.protocols.fhir.issues import Issue
from passerelle.protocols.fhir.structures.table import resource_types
from passerelle.protocols.fhir.validation.compiled import check_of, check_of_member
from passerelle.protocols.fhir.validation.walk import MOST_FAULTS, Fault, Walk

_UNKNOWN: Final = Issue("error", "structure", "resourceType inconnu ou non pris en charge", "resourceType")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the faults, 50 at most, and the Reference elements that lead out of the resource."""

    issues: tuple[Issue, ...]
    references: tuple[Json, ...]


def validate(resource: Json) -> list[Issue]:
    """Return the faults of a resource, 50 at most."""
    return list(check_resource(resource).issues)


def check_resource(resource: Json) -> Checked:
    """Return the faults of a resource and the references it makes."""
    kind = resource.get("resourceType")
    if type(kind) is not str or kind not in resource_types():
        return Checked((_UNKNOWN,), ())
    contained = resource.get("contained")
    walk = Walk(_ids(contained) if contained else frozenset())
    faults = check_of(kind)(resource, walk)
    if faults is None and not contained and not walk.has_null:
        return Checked((), tuple(walk.references))
    found = [*(faults or ()), *(_of_contained(contained) if contained else ())]
    if walk.has_null:
        found += _lonely_nulls(resource, "")
    issues = tuple(Issue("error", one.code, one.text, f"{kind}{one.path}") for one in found[:MOST_FAULTS])
    return Checked(issues, tuple(walk.references))


def member_check(kind: str, name: str) -> Callable[[Any], bool]:
    """Return what tells whether a member of a resource of this type has no fault of its own.

    What it may break with others is for `has_right_members` and `holds_invariants`. It answers False too when only the
    whole resource can tell: the member holds a null, or other resources.

    Raises:
        KeyError: no such type.
    """
    check = check_of_member(kind, name)

    def is_right(value: Any) -> bool:
        walk = Walk()
        walk.depth = 1
        return check(value, walk) is None and not walk.has_null

    return _never if name == "contained" else is_right


def _never(value: Any) -> bool:
    del value
    return False


def _ids(contained: Any) -> frozenset[str]:
    held = contained if type(contained) is list else ()
    return frozenset(one["id"] for one in held if type(one) is dict and type(one.get("id")) is str)


def _of_contained(contained: Any) -> Iterator[Fault]:
    """Yield what breaks the rules of contained resources: dom-2, 4, 5 of http://hl7.org/fhir/R4/domainresource.html."""
    for rank, one in enumerate(contained if type(contained) is list else ()):
        if type(one) is not dict:
            continue
        path = f".contained[{rank}]"
        if "contained" in one:
            yield Fault(f"{path}.contained", "invariant", "dom-2 : une ressource contenue n’en contient pas d’autres")
        if "id" not in one:
            yield Fault(f"{path}.id", "required", "une ressource contenue a un id")
        meta = one.get("meta")
        if type(meta) is dict and meta.keys() & {"versionId", "lastUpdated", "security"}:
            yield Fault(f"{path}.meta", "invariant", "dom-4 et dom-5 : ni version, ni date, ni confidentialité propres")


def _lonely_nulls(node: Any, path: str) -> Iterator[Fault]:
    """Yield each null of a list of primitives that no extension stands in for."""
    if type(node) is list:
        for rank, item in enumerate(node):
            yield from _lonely_nulls(item, f"{path}[{rank}]")
    if type(node) is not dict:
        return
    for name, value in node.items():
        if type(value) is list and None in value and not name.startswith("_"):
            yield from _alone(value, node.get(f"_{name}"), f"{path}.{name}")
        else:
            yield from _lonely_nulls(value, f"{path}.{name}")


def _alone(values: list[Any], beside: Any, path: str) -> Iterator[Fault]:
    for rank, item in enumerate(values):
        is_told = type(beside) is list and rank < len(beside) and beside[rank] is not None
        if item is None and not is_told:
            yield Fault(f"{path}[{rank}]", "value", "une valeur nulle sans extension ne dit rien")
