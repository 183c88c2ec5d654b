"""A part of a resource: its summary, its text, its data, or chosen elements; tagged SUBSETTED.

Source: http://hl7.org/fhir/R4/search.html#summary and #elements.
"""

from functools import cache
from typing import Any, Final, TypeAlias

from passerelle.care.record.rules.asking import Summary
from passerelle.protocols.fhir import api as fhir

Json: TypeAlias = dict[str, Any]
_SUBSETTED: Final = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
_ALWAYS: Final = frozenset({"resourceType", "id", "meta"})


def is_whole(summary: Summary, elements: tuple[str, ...]) -> bool:
    """Tell whether resources are asked as they are."""
    return summary is Summary.FALSE and not elements


def shaped(resource: Json, summary: Summary, elements: tuple[str, ...]) -> Json:
    """Return the part of a resource that is asked, its mandatory elements kept, and tagged as a part."""
    type_ = str(resource["resourceType"])
    if summary is Summary.DATA:
        kept = {name: part for name, part in resource.items() if name != "text"}
    elif summary is Summary.TEXT:
        kept = _only(resource, {"text", *fhir.MANDATORY[type_]})
    elif summary is Summary.TRUE:
        kept = _pruned(resource, _tree(type_))
    else:
        mine = {one.removeprefix(f"{type_}.").partition(".")[0] for one in elements}
        kept = _only(resource, _with_choices(resource, mine) | set(fhir.MANDATORY[type_]))
    meta = dict(kept.get("meta", {}))
    meta["tag"] = [*meta.get("tag", []), _SUBSETTED]
    return kept | {"meta": meta}


def _with_choices(resource: Json, names: set[str]) -> set[str]:
    """Return the names told, a choice of types by its stem (`value`) or whole (`valueQuantity`)."""
    return {name for name in resource if any(name == one or _is_choice(name, one) for one in names)}


def _is_choice(name: str, stem: str) -> bool:
    return name.startswith(stem) and name[len(stem) : len(stem) + 1].isupper()


def _only(resource: Json, names: set[str]) -> Json:
    return {name: part for name, part in resource.items() if name in _ALWAYS or name.removeprefix("_") in names}


@cache
def _tree(type_: str) -> Json:
    """Return the elements of a summary: those within another of its elements are the only ones kept of it."""
    tree: Json = {}
    for path in fhir.SUMMARY[type_]:
        node = tree
        for name in path.split("."):
            node = node.setdefault(name, {})
    return tree


def _pruned(resource: Json, tree: Json) -> Json:
    found: Json = {}
    for name, part in resource.items():
        branch = tree.get(name.removeprefix("_"))
        if name in _ALWAYS:
            found[name] = part
        elif branch is not None:
            found[name] = _inside(part, branch) if branch else part
    return found


def _inside(part: Any, branch: Json) -> Any:
    if isinstance(part, list):
        return [_inside(one, branch) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: _inside(one, branch[name]) if branch[name] else one for name, one in part.items() if name in branch}
