"""What invariants ask of a node, in Python: there is no FHIRPath here.

A predicate is called on a node whose elements were only just checked, so it may meet a wrong form: it answers True
(nothing to say) when it cannot tell.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from passerelle.protocols.fhir.codec import FhirError
from passerelle.protocols.fhir.search.values import date_range

Node = dict[str, Any]


def needs(name: str, *any_of: str) -> Callable[[Node], bool]:
    """Return « where `name` is, one of these is »."""

    def holds(node: Node) -> bool:
        return name not in node or any(one in node for one in any_of)

    return holds


def one_of(*names: str) -> Callable[[Node], bool]:
    """Return « one of these at least »."""

    def holds(node: Node) -> bool:
        return any(name in node for name in names)

    return holds


def not_both(first: str, second: str) -> Callable[[Node], bool]:
    """Return « not these two together »; a name ending in `*` stands for every form of a choice."""

    def holds(node: Node) -> bool:
        return not (has(node, first) and has(node, second))

    return holds


def has(node: Node, name: str) -> bool:
    if name.endswith("*"):
        return any(one.startswith(name[:-1]) for one in node)
    return name in node


def in_order(first: str, second: str) -> Callable[[Node], bool]:
    """Return « this date is not after that one »."""

    def holds(node: Node) -> bool:
        start, end = node.get(first), node.get(second)
        if type(start) is not str or type(end) is not str or start[:10] < end[:10]:
            return True
        try:
            earliest, latest = date_range(start).start, date_range(end).end
        except FhirError:
            return True
        return earliest is None or latest is None or latest > earliest

    return holds


def _coded(node: Node, name: str) -> frozenset[str]:
    concept = node.get(name)
    codings = concept.get("coding", ()) if type(concept) is dict else ()
    return frozenset(one["code"] for one in codings if type(one) is dict and type(one.get("code")) is str)


def with_status(node: Node) -> bool:
    return "clinicalStatus" in node or "entered-in-error" in _coded(node, "verificationStatus")


def without_status(node: Node) -> bool:
    return not ("clinicalStatus" in node and "entered-in-error" in _coded(node, "verificationStatus"))


_OVER: Final = frozenset({"inactive", "resolved", "remission"})


def abated_is_over(node: Node) -> bool:
    return not has(node, "abatement*") or "clinicalStatus" not in node or bool(_coded(node, "clinicalStatus") & _OVER)


def codes_apart(node: Node) -> bool:
    """Tell whether no component repeats the code of an observation that has a value of its own."""
    if "component" not in node or not has(node, "value*") or type(node["component"]) is not list:
        return True
    own = _pairs(node.get("code"))
    return not any(own & _pairs(one.get("code")) for one in node["component"] if type(one) is dict)


def _pairs(concept: Any) -> frozenset[tuple[str, str]]:
    codings = concept.get("coding", ()) if type(concept) is dict else ()
    return frozenset(
        (str(one.get("system")), str(one["code"])) for one in codings if type(one) is dict and "code" in one
    )


def low_under_high(node: Node) -> bool:
    low, high = node.get("low"), node.get("high")
    if type(low) is not dict or type(high) is not dict or low.get("unit") != high.get("unit"):
        return True
    first, second = low.get("value"), high.get("value")
    return not (isinstance(first, int | float) and isinstance(second, int | float)) or first <= second


def appointed(node: Node) -> bool:
    return ("start" in node) == ("end" in node)


def booked_has_time(node: Node) -> bool:
    return "start" in node or node.get("status") in {"proposed", "cancelled", "waitlist"}


def cancelled_with_reason(node: Node) -> bool:
    return "cancelationReason" not in node or node.get("status") in {"cancelled", "noshow"}


def value_or_more(node: Node) -> bool:
    return has(node, "value*") != ("extension" in node) or has(node, "_value*")


def ratio(node: Node) -> bool:
    return ("numerator" in node and "denominator" in node) or ("extension" in node and "numerator" not in node)


def positive_odds(node: Node) -> bool:
    odds = node.get("probabilityDecimal")
    return not isinstance(odds, int | float) or 0 <= odds <= 100


def _distinct(nodes: Any, name: str) -> bool:
    """Tell whether this element never repeats, at any depth of `item` or `concept`."""
    seen = list(_values(nodes, name))
    return len(seen) == len(set(seen))


def _values(nodes: Any, name: str) -> Iterable[str]:
    for one in nodes:
        if type(one) is not dict:
            continue
        if type(one.get(name)) is str:
            yield one[name]
        for part in ("item", "concept"):
            yield from _values(one[part], name) if type(one.get(part)) is list else ()


def distinct_links(node: Node) -> bool:
    return type(node.get("item")) is not list or _distinct(node["item"], "linkId")


def distinct_codes(node: Node) -> bool:
    return type(node.get("concept")) is not list or _distinct(node["concept"], "code")


def group_has_items(node: Node) -> bool:
    return node.get("type") != "group" or "item" in node


def display_is_alone(node: Node) -> bool:
    return node.get("type") != "display" or not node.keys() & {"item", "code", "required", "repeats"}


def members_are_actual(node: Node) -> bool:
    return "member" not in node or node.get("actual") is True


def is_no_home(name: str) -> Callable[[Node], bool]:
    def holds(node: Node) -> bool:
        told = node.get(name)
        return type(told) is not list or not any(type(one) is dict and one.get("use") == "home" for one in told)

    return holds


_ACTIVE: Final = re.compile(
    r"<(script|iframe|object|embed|form|input|base|link|meta|svg|style)|javascript:|[\s\"']on[a-z]+\s*="
).search


def narrative(node: Node) -> bool:
    """Tell whether a narrative is a `div` that holds nothing active."""
    div = node.get("div")
    if type(div) is not str:
        return True
    text = div.lstrip()
    if not text.startswith("<div") or "<!" in text:
        return False
    return _ACTIVE(text.lower()) is None


def measured(node: Node) -> bool:
    return not has(node, "detail*") or "measure" in node


def with_system(node: Node) -> bool:
    return not node.keys() & {"concept", "filter"} or "system" in node
