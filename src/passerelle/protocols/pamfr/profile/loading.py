"""The tables of the profile, read from the text files beside, once, when somebody first validates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

UNBOUNDED = 1_000_000
_TOKEN = re.compile(r"[\[\]{}()]|!?[A-Z][A-Z0-9]{2}")
_FIELD = re.compile(r"([A-Za-z]+)(\d+)([RECOX]?)(\*|\d+)?(?:@([\w-]+))?")


@dataclass(frozen=True, slots=True)
class Node:
    """A segment, or a group when it has children, and how often it comes; `most` is 0 for what France leaves out."""

    name: str
    least: int = 1
    most: int = 1
    children: tuple[Node, ...] = ()
    starts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of a segment or a component of a type; `usage` is R, RE, C, O or X, `table` a closed list of codes."""

    number: int
    type: str
    length: int
    usage: str = "O"
    most: int = 1
    table: str = ""


@dataclass(frozen=True, slots=True)
class Composite:
    """The fields of a segment or the components of a type, and the numbers of those that are required."""

    fields: tuple[FieldSpec, ...]
    required: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A closed list of codes: `kept` in France, `tolerated` of HL7 only; `is_open` when another is only a warning."""

    kept: frozenset[str]
    tolerated: frozenset[str]
    is_open: bool


@cache
def structures() -> dict[str, tuple[Node, ...]]:
    """Return the structure of each event, by `ADT^A01`."""
    texts: dict[str, str] = {}
    for name, text in _lines("structures.txt", ": "):
        texts[name] = texts[text[2:]] if text.startswith("= ") else _expanded(text, texts)
    return {name: tuple(_nodes(iter(_TOKEN.findall(text)))) for name, text in texts.items() if "^" in name}


@cache
def segments() -> dict[str, Composite]:
    """Return the fields of each segment that the profile constrains."""
    return {name: _composite(text) for name, text in _lines("segments.txt", " ")}


@cache
def types() -> dict[str, Composite]:
    """Return the components of each composite data type."""
    return {name: _composite(text) for name, text in _lines("types.txt", " ")}


@cache
def tables() -> dict[str, Table]:
    """Return the closed tables by their number or name."""
    found: dict[str, Table] = {}
    for name, text in _lines("tables.txt", " "):
        kept, _, tolerated = text.partition("/")
        codes = frozenset(kept.split()), frozenset(tolerated.split())
        found[name.rstrip("?")] = Table(*codes, is_open=name.endswith("?"))
    return found


def _lines(file: str, separator: str) -> Iterator[tuple[str, str]]:
    text = files(__package__).joinpath(file).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, rest = line.partition(separator)
            yield name, rest.strip()


def _expanded(text: str, texts: dict[str, str]) -> str:
    return " ".join(texts[word] if word.startswith("$") else word for word in text.split())


def _nodes(tokens: Iterator[str]) -> Iterator[Node]:
    """Read nodes up to the bracket that closes."""
    for word in tokens:
        if word in {"]", "}", ")"}:
            return
        if word == "(":
            yield _group(tuple(_nodes(tokens)))
        elif word == "[":
            yield from (replace(one, least=0) for one in _nodes(tokens))
        elif word == "{":
            yield from (replace(one, most=UNBOUNDED) for one in _nodes(tokens))
        elif word.startswith("!"):
            yield Node(word[1:], 0, 0, (), frozenset({word[1:]}))
        else:
            yield Node(word, starts=frozenset({word}))


def _group(children: tuple[Node, ...]) -> Node:
    return Node("", children=children, starts=first_of(children))


def first_of(nodes: tuple[Node, ...]) -> frozenset[str]:
    """Return the names that may come first in a sequence."""
    starts: frozenset[str] = frozenset()
    for one in nodes:
        starts |= one.starts
        if one.least:
            break
    return starts


def _composite(text: str) -> Composite:
    specs = tuple(_spec(number, word) for number, word in enumerate(text.split(), start=1))
    return Composite(specs, tuple(one.number for one in specs if one.usage == "R"))


def _spec(number: int, word: str) -> FieldSpec:
    found = _FIELD.fullmatch(word)
    if found is None:
        raise ValueError(word)
    kind, length, usage, most, table = found.groups()
    limit = UNBOUNDED if most == "*" else int(most or 1)
    return FieldSpec(number, kind, int(length), {"": "O", "E": "RE"}.get(usage, usage), limit, table or "")
