"""JSON Patch on a resource. Source: RFC 6902 (operations), RFC 6901 (pointers)."""

import copy
import re
from decimal import Decimal
from typing import Any, Final

from passerelle.protocols.fhir.codec import FhirError

MOST_OPERATIONS: Final = 1_000
_RANK: Final = re.compile(r"0|[1-9][0-9]{0,8}").fullmatch
_OPERATIONS: Final = frozenset({"add", "remove", "replace", "move", "copy", "test"})


class TestFailed(FhirError):
    """A `test` did not hold: the document is not what the sender believes."""

    __test__ = False


def apply_patch(document: Any, operations: Any) -> Any:
    """Return the document after these operations, in order; the one given is left as it is.

    Raises:
        TestFailed: a `test` does not hold.
        FhirError: an operation is ill-formed, or has nowhere to apply; it is named by its rank (`[2].path`).
    """
    if type(operations) is not list or not operations or len(operations) > MOST_OPERATIONS:
        raise FhirError(why=f"une liste de 1 à {MOST_OPERATIONS} opérations est attendue (RFC 6902)")
    patched = copy.deepcopy(document)
    for rank, operation in enumerate(operations):
        try:
            patched = _applied(patched, operation)
        except TestFailed:
            raise TestFailed(f"[{rank}]", "le test ne tient pas : la ressource a changé") from None
        except FhirError as fault:
            raise FhirError(f"[{rank}].{fault.where}", fault.why) from None
    return patched


def _applied(document: Any, operation: Any) -> Any:
    if type(operation) is not dict or operation.get("op") not in _OPERATIONS:
        raise FhirError(where="op", why=f"l’une de : {', '.join(sorted(_OPERATIONS))}")
    name, path = operation["op"], _pointer(operation, "path")
    if name in {"add", "replace", "test"} and "value" not in operation:
        raise FhirError(where="value", why="une valeur est attendue")
    if name in {"move", "copy"}:
        return _carried(document, path, _pointer(operation, "from"), is_move=name == "move")
    if name == "remove":
        return _without(document, path)[0]
    if name == "test":
        if not _equal(_at(document, path), operation["value"]):
            raise TestFailed
        return document
    if name == "replace":
        _at(document, path)
        return _put(document, path, operation["value"], is_new=False)
    return _put(document, path, operation["value"], is_new=True)


def _carried(document: Any, path: list[str], source: list[str], *, is_move: bool) -> Any:
    if is_move and path[: len(source)] == source and path != source:
        raise FhirError(where="path", why="rien ne se déplace dans soi-même")
    if not is_move:
        return _put(document, path, copy.deepcopy(_at(document, source, "from")), is_new=True)
    document, value = _without(document, source, "from")
    return _put(document, path, value, is_new=True)


def _pointer(operation: dict[str, Any], name: str) -> list[str]:
    told = operation.get(name)
    if type(told) is not str or (told and not told.startswith("/")):
        raise FhirError(name, "un pointeur JSON est attendu (RFC 6901)")
    if re.search(r"~(?![01])", told):
        raise FhirError(name, "~ ne s’écrit que ~0 ou ~1 (RFC 6901)")
    return [one.replace("~1", "/").replace("~0", "~") for one in told.split("/")[1:]]


def _at(document: Any, path: list[str], name: str = "path") -> Any:
    for step in path:
        document = _child(document, step, name)
    return document


def _child(node: Any, step: str, name: str) -> Any:
    if type(node) is dict and step in node:
        return node[step]
    if type(node) is list and _RANK(step) and int(step) < len(node):
        return node[int(step)]
    raise FhirError(name, "il n’y a rien à cet endroit")


def _put(document: Any, path: list[str], value: Any, *, is_new: bool) -> Any:
    if not path:
        return value
    owner, step = _at(document, path[:-1]), path[-1]
    if type(owner) is dict:
        owner[step] = value
    elif type(owner) is not list:
        raise FhirError(where="path", why="il n’y a rien à cet endroit")
    elif not is_new:
        owner[int(step)] = value
    else:
        owner.insert(_place(step, len(owner)), value)
    return document


def _place(step: str, length: int) -> int:
    if step == "-":
        return length
    if not _RANK(step) or int(step) > length:
        raise FhirError(where="path", why="rang hors de la liste")
    return int(step)


def _without(document: Any, path: list[str], name: str = "path") -> tuple[Any, Any]:
    if not path:
        raise FhirError(name, "la ressource entière ne se retire pas ainsi")
    owner = _at(document, path[:-1], name)
    value = _child(owner, path[-1], name)
    del owner[path[-1] if type(owner) is dict else int(path[-1])]
    return document, value


def _equal(first: Any, second: Any) -> bool:
    """Tell whether two JSON values are equal: true is not 1, and 1.0 is 1 (RFC 6902, 4.6)."""
    if type(first) is dict and type(second) is dict:
        return first.keys() == second.keys() and all(_equal(first[name], second[name]) for name in first)
    if type(first) is list and type(second) is list:
        return len(first) == len(second) and all(map(_equal, first, second))
    numbers = (int, float, Decimal)
    if type(first) in numbers and type(second) in numbers:
        return bool(first == second)
    return type(first) is type(second) and bool(first == second)
