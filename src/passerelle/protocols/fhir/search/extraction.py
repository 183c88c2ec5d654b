"""From a resource to the values that its search parameters find in it."""

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import Any

from passerelle.protocols.fhir.codec import FhirError, Json
from passerelle.protocols.fhir.search.definitions import SEARCH, SearchKind, SearchParameter
from passerelle.protocols.fhir.search.paths import items, steps, walk
from passerelle.protocols.fhir.search.values import Amount, DateRange, SearchValue, Token, covering, date_range

_TEXTS = ("family", "given", "prefix", "suffix", "text", "line", "city", "district", "state", "postalCode", "country")
#: The means of a contact: no system of codes.
CONTACTS = frozenset({"phone", "email", "fax", "pager", "url", "sms", "other"})
_LEAST, _MOST = Decimal("-1e300"), Decimal("1e300")


def extract(resource: Json) -> dict[str, list[SearchValue]]:
    """Return the values of each search parameter that has some, composites apart; what cannot be read is left out."""
    table = SEARCH.get(resource.get("resourceType", ""), {})
    found = {name: values_of(resource, parameter) for name, parameter in table.items()}
    return {name: values for name, values in found.items() if values}


def values_of(resource: Json, parameter: SearchParameter) -> list[SearchValue]:
    """Return the distinct values of one parameter, in the order of the resource; none of a composite."""
    read = READERS.get(parameter.kind)
    if read is None:
        return []
    nodes = chain.from_iterable(walk(resource, steps(path)) for path in parameter.paths)
    values = dict.fromkeys(chain.from_iterable(read(node) for node in nodes))
    if parameter.is_limited:
        return [value for value in values if is_of(str(value), parameter.targets)]
    return list(values)


def is_of(target: str, types: tuple[str, ...]) -> bool:
    """Tell whether a reference points at one of these types."""
    return any(target.startswith(f"{kind}/") or f"/{kind}/" in target for kind in types)


def tokens(node: Any) -> Iterator[SearchValue]:
    """Yield the tokens of a code, a coded element, an identifier, a contact or a boolean."""
    if isinstance(node, bool):
        yield Token(None, "true" if node else "false")
    elif isinstance(node, str):
        yield Token(None, node)
    elif isinstance(node, dict):
        yield from _coded(node)


def _coded(node: Json) -> Iterator[SearchValue]:
    for item in items(node.get("coding")):
        if isinstance(item, dict):
            yield from _coded(item)
    code = node.get("code", node.get("value"))
    if isinstance(code, str):
        system = node.get("system")
        is_contact = "code" not in node and system in CONTACTS
        yield Token(system if isinstance(system, str) and not is_contact else None, code)


def _strings(node: Any) -> Iterator[SearchValue]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name in _TEXTS:
            yield from (text for text in items(node.get(name)) if isinstance(text, str))


def dates(node: Any) -> Iterator[SearchValue]:
    """Yield the range of a date, a period, or a timing (from its first moment to its last)."""
    try:
        if isinstance(node, str):
            yield date_range(node)
        elif isinstance(node, dict) and ("start" in node or "end" in node):
            yield _period(node)
        elif isinstance(node, dict):
            yield from _timing(node)
    except FhirError:
        return


def _period(node: Json) -> DateRange:
    start, end = node.get("start"), node.get("end")
    return DateRange(
        date_range(start).start if isinstance(start, str) else None,
        date_range(end).end if isinstance(end, str) else None,
    )


def _timing(node: Json) -> Iterator[SearchValue]:
    events = [date_range(one) for one in items(node.get("event")) if isinstance(one, str)]
    repeat = node.get("repeat")
    bounds = repeat.get("boundsPeriod") if isinstance(repeat, dict) else None
    if isinstance(bounds, dict) and ("start" in bounds or "end" in bounds):
        events.append(_period(bounds))
    if events:
        yield covering(events)


def _references(node: Any) -> Iterator[SearchValue]:
    if isinstance(node, str):
        yield node
        if "|" in node:
            yield node.partition("|")[0]
    elif isinstance(node, dict) and isinstance(node.get("reference"), str) and not node["reference"].startswith("#"):
        yield node["reference"].partition("/_history/")[0]


def amounts(node: Any) -> Iterator[SearchValue]:
    """Yield the interval of a number, a quantity (widened by its comparator) or a range."""
    if isinstance(node, dict) and ("low" in node or "high" in node):
        yield from _range(node)
        return
    if isinstance(node, dict) and "origin" in node:
        return  # sampled data: a curve, not a number
    told = node if isinstance(node, dict) else {"value": node}
    value = _number(told.get("value", told.get("numerator")))
    if value is None:
        return
    low, high = {"<": (_LEAST, value), "<=": (_LEAST, value), ">": (value, _MOST), ">=": (value, _MOST)}.get(
        str(told.get("comparator")), (value, value)
    )
    yield Amount(low, high, *_unit(told))


def _range(node: Json) -> Iterator[SearchValue]:
    ends = [one if isinstance(one := node.get(name), dict) else {} for name in ("low", "high")]
    low, high = (_number(one.get("value")) for one in ends)
    if low is None and high is None:
        return
    told = ends[0] or ends[1]
    yield Amount(_LEAST if low is None else low, _MOST if high is None else high, *_unit(told))


def _unit(told: Json) -> tuple[str | None, str | None, str | None]:
    system, code, unit = (
        text if isinstance(text := told.get(name), str) else None for name in ("system", "code", "unit")
    )
    return system, code or (text if isinstance(text := told.get("currency"), str) else None), unit


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _uris(node: Any) -> Iterator[SearchValue]:
    if isinstance(node, str):
        yield node


READERS: dict[SearchKind, Callable[[Any], Iterator[SearchValue]]] = {
    SearchKind.TOKEN: tokens,
    SearchKind.STRING: _strings,
    SearchKind.DATE: dates,
    SearchKind.REFERENCE: _references,
    SearchKind.QUANTITY: amounts,
    SearchKind.NUMBER: amounts,
    SearchKind.URI: _uris,
}
