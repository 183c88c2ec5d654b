"""What no typed column answers, as terms and extras: one walk over the elements that a resource has.

The walk is a tree of the paths of the standard, built once for each type; an element outside it costs one look-up.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias

from passerelle.care.record.rules.parameters import SEARCHED, Reads, Searched, is_repeated
from passerelle.care.record.rules.terms import beginnings, term, token_texts
from passerelle.protocols.fhir import api as fhir

Json: TypeAlias = dict[str, Any]
#: The bounds of what has none, in milliseconds: no date of the standard is beyond.
EARLIEST, LATEST = -(10**15), 10**15
_MILLISECOND: Final = timedelta(milliseconds=1)
_WHOLE_SECONDS: Final = frozenset({20, 25})  # 2026-03-02T12:00:00Z, 2026-03-02T12:00:00+01:00
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED_PARTS: Final = ("line", "district", "text")
_ALL_PARTS: Final = ("family", "given", "prefix", "suffix", *_NAMED_PARTS, "city", "state", "postalCode", "country")


@dataclass(slots=True)
class Index:
    """What is found: hashed terms, and by parameter the values to compare."""

    terms: set[int] = field(default_factory=set)
    extras: dict[str, list[Any]] = field(default_factory=dict)


Leaf: TypeAlias = Callable[[Any, Index], None]


@dataclass(slots=True)
class Node:
    """A place in the tree: what reads the item there, and its elements (the step tells which items are meant)."""

    leaves: list[Leaf] = field(default_factory=list)
    elements: dict[str, list[tuple[fhir.Step | None, "Node"]]] = field(default_factory=dict)


def index_rest(resource: Json, tree: Node, index: Index) -> None:
    """Add to an index what the tree finds in a resource."""
    elements = tree.elements
    for name, value in resource.items():
        if name in elements:
            _enter(elements[name], value, index)


def _enter(ways: list[tuple[fhir.Step | None, Node]], value: Any, index: Index) -> None:
    for step, child in ways:
        if step is None:
            _visit(child, value, index)
        elif step.exists:
            _visit(child, True, index)
        else:
            _visit(child, [item for item in fhir.items(value) if step.keeps(item)], index)


def _visit(node: Node, value: Any, index: Index) -> None:
    if isinstance(value, list):
        for item in value:
            _visit(node, item, index)
        return
    for leaf in node.leaves:
        leaf(value, index)
    if node.elements and isinstance(value, dict):
        for name, ways in node.elements.items():
            held = value.get(name)
            if held is not None:
                _enter(ways, held, index)


@cache
def tree_of(type_: str) -> Node:
    """Return the tree of a type: every parameter that a typed column does not answer alone."""
    root = Node()
    for name, searched in SEARCHED[type_].items():
        parameter = fhir.SEARCH[type_][name]
        leaf = _leaf(type_, name, searched, parameter)
        if leaf is not None:
            for path in parameter.paths:
                _plant(root, path, leaf)
    return root


def _plant(root: Node, path: str, leaf: Leaf) -> None:
    node = root
    for step in fhir.steps(path):
        told = step if step.exists or step.key is not None else None
        ways = node.elements.setdefault(step.name, [])
        found = next((child for known, child in ways if known == told), None)
        if found is None:
            found = Node()
            ways.append((told, found))
        node = found
    node.leaves.append(leaf)


def _leaf(type_: str, name: str, searched: Searched, parameter: fhir.SearchParameter) -> Leaf | None:
    prefix = f"{type_}.{name}"
    if searched.reads is Reads.TERMS:
        return _term_leaf(prefix, parameter)
    if searched.reads in {Reads.SUBJECT, Reads.ENCOUNTER}:
        return _other_leaf(type_, name, parameter)
    if searched.reads is Reads.STRINGS:
        return _string_leaf(prefix, name, _NAMED_PARTS if searched.among else _ALL_PARTS)
    if searched.reads is Reads.NAMES and searched.part != "_":
        return None  # the beginnings of every part of a name are under `name`
    make = _BY_PREFIX.get(searched.reads)
    if make is not None:
        return make(prefix)
    make = _BY_NAME.get(searched.reads)
    return make(name) if make is not None else None


def _term_leaf(prefix: str, parameter: fhir.SearchParameter) -> Leaf:
    if parameter.kind is fhir.SearchKind.TOKEN:
        return _token_leaf(prefix)
    if parameter.kind is fhir.SearchKind.URI:
        return _uri_leaf(prefix)
    return _reference_leaf(prefix, parameter.targets if parameter.is_limited else ())


@lru_cache(maxsize=1 << 15)
def _token_terms(prefix: str, system: str | None, code: str) -> tuple[int, ...]:
    return tuple(map(term, token_texts(prefix, system, code)))


@lru_cache(maxsize=1 << 14)
def _carried_terms(prefix: str, system: str | None, value: str) -> tuple[int, ...]:
    """Return the terms of a reference that carries an identifier: with its system, and alone."""
    return tuple(map(term, token_texts(f"{prefix}:identifier", system, value)[:2]))


@lru_cache(maxsize=1 << 14)
def _beginning_terms(prefix: str, folded: str, *, is_name: bool) -> tuple[int, ...]:
    """Return the terms of the beginnings of a text: of two lengths for a name, asked the most."""
    found = beginnings(prefix, folded)
    return tuple(map(term, found if is_name else found[:1]))


def _system(node: Json) -> str | None:
    told = node.get("system")
    return told if isinstance(told, str) else None


def _keep_token(prefix: str, node: Json, index: Index) -> None:
    code = node.get("code", node.get("value"))
    if not isinstance(code, str):
        return
    system = _system(node)
    if system in fhir.CONTACTS and "code" not in node:  # the means of a contact is not a system of codes
        index.terms.add(term(f"{prefix}={code}"))
    else:
        index.terms.update(_token_terms(prefix, system, code))


def _token_leaf(prefix: str) -> Leaf:
    def read(value: Any, index: Index) -> None:
        if isinstance(value, dict):
            for item in fhir.items(value.get("coding")):
                if isinstance(item, dict):
                    _keep_token(prefix, item, index)
            _keep_token(prefix, value, index)
        elif isinstance(value, bool):
            index.terms.update(_token_terms(prefix, None, "true" if value else "false"))
        elif isinstance(value, str):
            index.terms.update(_token_terms(prefix, None, value))

    return read


def _value_leaf(prefix: str) -> Leaf:
    """Read the bare value of an identifier: the column keeps it with its system."""

    def read(value: Any, index: Index) -> None:
        told = value.get("value") if isinstance(value, dict) else None
        if isinstance(told, str):
            index.terms.add(term(f"{prefix}={told}"))

    return read


def _uri_leaf(prefix: str) -> Leaf:
    def read(value: Any, index: Index) -> None:
        if isinstance(value, str):
            index.terms.add(term(f"{prefix}={value}"))

    return read


def _reference_leaf(prefix: str, only: tuple[str, ...]) -> Leaf:
    def read(value: Any, index: Index) -> None:
        if isinstance(value, str):
            index.terms.add(term(f"{prefix}={value}"))
            if "|" in value:
                index.terms.add(term(f"{prefix}={value.partition('|')[0]}"))
        elif isinstance(value, dict):
            _link(prefix, value, only, index)

    return read


def _link(prefix: str, value: Json, only: tuple[str, ...], index: Index) -> None:
    target = value.get("reference")
    if isinstance(target, str) and not target.startswith("#"):
        target = target.partition("/_history/")[0]
        if not only or fhir.is_of(target, only):
            index.terms.add(term(f"{prefix}={target}"))
    elif "identifier" in value and (not only or value.get("type") in only):
        carried = value["identifier"]
        told = carried.get("value") if isinstance(carried, dict) else None
        if isinstance(told, str):
            index.terms.update(_carried_terms(prefix, _system(carried), told))


def _other_leaf(type_: str, name: str, parameter: fhir.SearchParameter) -> Leaf:
    """Read the links that the column of the patient or of the stay does not hold: of another type, or further ones."""
    held = "Encounter/" if SEARCHED[type_][name].reads is Reads.ENCOUNTER else "Patient/"
    several = is_repeated(type_, name)
    link = _reference_leaf(f"{type_}.{name}", parameter.targets if parameter.is_limited else ())

    def read(value: Any, index: Index) -> None:
        target = value.get("reference") if isinstance(value, dict) else None
        if several or not (isinstance(target, str) and target.startswith(held)):
            link(value, index)

    return read


def milliseconds(at: datetime) -> int:
    """Return a moment as milliseconds since 1970."""
    return (at - _EPOCH) // _MILLISECOND


def _range(found: fhir.DateRange) -> list[int]:
    start = EARLIEST if found.start is None else milliseconds(found.start)
    return [start, LATEST if found.end is None else milliseconds(found.end)]


def _date_leaf(name: str) -> Leaf:
    def read(value: Any, index: Index) -> None:
        found = _quick_period(value) if isinstance(value, dict) else None
        if found is not None:
            index.extras.setdefault(name, []).append(found)
            return
        for one in fhir.dates(value):
            index.extras.setdefault(name, []).append(_range(one))  # type: ignore[arg-type]  # dates

    return read


def _quick_period(value: Json) -> list[int] | None:
    """Return the bounds of a period written to the second with its offset, as messages write them; None of another."""
    end = value.get("end")
    first, last = _second(value.get("start")), LATEST if end is None else _second(end)
    if first is None or last is None:
        return None
    return [first, last if end is None else last + 1000]


def _second(text: Any) -> int | None:
    if not (isinstance(text, str) and len(text) in _WHOLE_SECONDS and text[10] == "T"):
        return None
    try:
        return milliseconds(datetime.fromisoformat(text))
    except ValueError:
        return None


def _partial_day_leaf(name: str) -> Leaf:
    whole = _date_leaf(name)

    def read(value: Any, index: Index) -> None:
        if isinstance(value, str) and len(value) < 10:
            whole(value, index)

    return read


def _string_leaf(prefix: str, name: str, parts: tuple[str, ...]) -> Leaf:
    def keep(text: Any, index: Index) -> None:
        if isinstance(text, str) and (folded := fhir.fold(text)):
            held = index.extras.setdefault(name, [])
            if folded not in held:
                held.append(folded)
                index.terms.update(_beginning_terms(prefix, folded, is_name=False))

    def read(value: Any, index: Index) -> None:
        if isinstance(value, dict):
            for part in parts:
                for text in fhir.items(value.get(part)):
                    keep(text, index)
        else:
            keep(value, index)

    return read


def _name_leaf(prefix: str) -> Leaf:
    """Read the beginnings of names: the column is compared whole, these find its row."""

    def read(value: Any, index: Index) -> None:
        told = value if isinstance(value, dict) else {}
        for part in ("family", "given", "prefix", "suffix", "text"):
            for text in fhir.items(told.get(part)):
                if isinstance(text, str):
                    index.terms.update(_beginning_terms(prefix, fhir.fold(text), is_name=True))

    return read


def _amount_leaf(name: str) -> Leaf:
    def read(value: Any, index: Index) -> None:
        for found in fhir.amounts(value):
            held = [_plain(found.low), _plain(found.high), found.system, found.code, found.unit]  # type: ignore[union-attr]  # amounts
            index.extras.setdefault(name, []).append(held)

    return read


def _plain(number: Decimal) -> float | int:
    return int(number) if number == number.to_integral_value() and abs(number) < 2**53 else float(number)


_BY_PREFIX: Final[dict[Reads, Callable[[str], Leaf]]] = {Reads.IDENTIFIERS: _value_leaf, Reads.NAMES: _name_leaf}
_BY_NAME: Final[dict[Reads, Callable[[str], Leaf]]] = {
    Reads.MOMENTS: _date_leaf,
    Reads.DAY: _partial_day_leaf,
    Reads.AMOUNTS: _amount_leaf,
}
