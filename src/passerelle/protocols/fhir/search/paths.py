"""Paths of search parameters: element names joined by dots, the choice of a type in the name (`valueQuantity`).

`name[key=value]` keeps the items whose `key` has that value (`extension.url` looks in the extensions), `name[=true]`
the item that has it itself; `name?` is whether the element is there. The empty path is the resource.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

_STEP = re.compile(r"(?P<name>\w+)(?P<exists>\?)?(?:\[(?P<key>[\w.]*)=(?P<value>[^\]]*)\])?(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Step:
    """One element; `key` None keeps every item of it, `exists` yields True in place of them."""

    name: str
    exists: bool = False
    key: str | None = None
    value: str = ""

    def keeps(self, item: Any) -> bool:
        """Tell whether an item of the element is one of those meant."""
        if self.key is None:
            return True
        if not self.key:
            return item is True
        if not isinstance(item, dict):
            return False
        if self.key == "extension.url":
            return any(isinstance(one, dict) and one.get("url") == self.value for one in items(item.get("extension")))
        return bool(item.get(self.key) == self.value)


@cache
def steps(path: str) -> tuple[Step, ...]:
    """Return the steps of a path."""
    return tuple(
        Step(step["name"], step["exists"] is not None, step["key"], step["value"] or "")
        for step in _STEP.finditer(path)
    )


def items(node: Any) -> list[Any]:
    """Return what a JSON value holds: nothing, itself, or its items."""
    if node is None:
        return []
    return node if isinstance(node, list) else [node]


def walk(node: Any, path: tuple[Step, ...]) -> Iterator[Any]:
    """Yield what is at the end of a path, lists opened."""
    if isinstance(node, list):
        for item in node:
            yield from walk(item, path)
    elif not path:
        yield node
    elif isinstance(node, dict):
        step = path[0]
        if step.exists:
            yield from [True] if step.name in node else []
            return
        for item in items(node.get(step.name)):
            if step.keeps(item):
                yield from walk(item, path[1:])


@cache
def json_path(path: str) -> str:
    """Return a path in the SQL/JSON language (lax: lists open by themselves)."""
    return "$" + "".join(map(_told, steps(path)))


def _told(step: Step) -> str:
    name = f'."{step.name}"'
    if step.key is None:
        return name
    if not step.key:
        return f"{name} ? (@ == true)"
    if step.key == "extension.url":
        return f'{name}[*] ? (exists(@."extension"[*] ? (@."url" == "{step.value}")))'
    return f'{name}[*] ? (@."{step.key}" == "{step.value}")'
