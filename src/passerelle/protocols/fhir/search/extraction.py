"""From a resource to the values that its search parameters find in it."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import chain
from typing import Any, TypeAlias

from passerelle.protocols.fhir.codec import FhirError, Json
from passerelle.protocols.fhir.search.definitions import SEARCH, SearchKind, SearchParameter
from passerelle.protocols.fhir.search.values import Amount, DateRange, SearchValue, Token, date_range

_STEP = re.compile(r"(?P<name>\w+\??)(\[(?P<key>\w+)=(?P<value>[^\]]+)\])?")
_TEXTS = ("family", "given", "prefix", "suffix", "text", "line", "city", "district", "state", "postalCode", "country")
Step: TypeAlias = tuple[str, str | None, str | None]


def extract(resource: Json) -> dict[str, list[SearchValue]]:
    """Return the values of each search parameter that has some; what cannot be read is left out."""
    table = SEARCH.get(resource.get("resourceType", ""), {})
    found = {name: values_of(resource, parameter) for name, parameter in table.items()}
    return {name: values for name, values in found.items() if values}


def values_of(resource: Json, parameter: SearchParameter) -> list[SearchValue]:
    """Return the distinct values of one parameter, in the order of the resource."""
    read = _READERS[parameter.kind]
    nodes = chain.from_iterable(_walk(resource, _steps(path)) for path in parameter.paths)
    values = dict.fromkeys(chain.from_iterable(read(node) for node in nodes))
    if parameter.targets:
        return [value for value in values if _targets(str(value), parameter.targets)]
    return list(values)


def _targets(target: str, types: tuple[str, ...]) -> bool:
    return any(target.startswith(f"{kind}/") or f"/{kind}/" in target for kind in types)


@cache
def _steps(path: str) -> tuple[Step, ...]:
    found = (_STEP.fullmatch(step) for step in path.split("."))
    return tuple((step["name"], step["key"], step["value"]) for step in found if step)


def _walk(node: Any, steps: tuple[Step, ...]) -> Iterator[Any]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item, steps)
    elif not steps:
        yield node
    elif isinstance(node, dict):
        name, key, value = steps[0]
        if name.endswith("?"):
            yield from [True] if name[:-1] in node else []
            return
        for item in _items(node.get(name)):
            if key is None or (isinstance(item, dict) and item.get(key) == value):
                yield from _walk(item, steps[1:])


def _items(node: Any) -> list[Any]:
    if node is None:
        return []
    return node if isinstance(node, list) else [node]


def _tokens(node: Any) -> Iterator[SearchValue]:
    if isinstance(node, bool):
        yield Token(None, "true" if node else "false")
    elif isinstance(node, str):
        yield Token(None, node)
    elif isinstance(node, dict):
        yield from _coded(node)


def _coded(node: Json) -> Iterator[SearchValue]:
    for item in _items(node.get("coding")):
        if isinstance(item, dict):
            yield from _coded(item)
    code = node.get("code", node.get("value"))
    if isinstance(code, str):
        system = node.get("system")
        is_contact = "code" not in node and system in {"phone", "email", "fax", "pager", "url", "sms", "other"}
        yield Token(system if isinstance(system, str) and not is_contact else None, code)


def _strings(node: Any) -> Iterator[SearchValue]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name in _TEXTS:
            yield from (text for text in _items(node.get(name)) if isinstance(text, str))


def _dates(node: Any) -> Iterator[SearchValue]:
    try:
        if isinstance(node, str):
            yield date_range(node)
        elif isinstance(node, dict) and ("start" in node or "end" in node):
            start, end = node.get("start"), node.get("end")
            yield DateRange(
                date_range(start).start if isinstance(start, str) else None,
                date_range(end).end if isinstance(end, str) else None,
            )
    except FhirError:
        return


def _references(node: Any) -> Iterator[SearchValue]:
    if isinstance(node, dict) and isinstance(node.get("reference"), str) and not node["reference"].startswith("#"):
        yield node["reference"].partition("/_history/")[0]


def _amounts(node: Any) -> Iterator[SearchValue]:
    if not isinstance(node, dict) or "value" not in node or isinstance(node["value"], (bool, dict, list)):
        return
    try:
        value = Decimal(str(node["value"]))
    except InvalidOperation:
        return
    system, code, unit = (
        text if isinstance(text := node.get(name), str) else None for name in ("system", "code", "unit")
    )
    yield Amount(value, system, code, unit)


def _uris(node: Any) -> Iterator[SearchValue]:
    if isinstance(node, str):
        yield node


_READERS: dict[SearchKind, Callable[[Any], Iterator[SearchValue]]] = {
    SearchKind.TOKEN: _tokens,
    SearchKind.STRING: _strings,
    SearchKind.DATE: _dates,
    SearchKind.REFERENCE: _references,
    SearchKind.QUANTITY: _amounts,
    SearchKind.URI: _uris,
}
