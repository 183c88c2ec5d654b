"""Primitive types of R4: their JSON kind and their form. Source: http://hl7.org/fhir/R4/datatypes.html."""

import re
from typing import Any

_YEAR = r"([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)"
_DAY = r"(0[1-9]|[1-2][0-9]|3[0-1])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_ZONE = r"(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_FORMS = {
    name: re.compile(form)
    for name, form in {
        "id": r"[A-Za-z0-9\-\.]{1,64}",
        "code": r"[^\s]+(\s[^\s]+)*",
        "uri": r"\S+",
        "url": r"\S+",
        "canonical": r"\S+",
        "string": r"[\s\S]+",
        "markdown": r"[\s\S]+",
        "xhtml": r"\s*<div[\s\S]*",
        "base64Binary": r"(\s*([0-9a-zA-Z+/=]){4}\s*)+",
        "date": rf"{_YEAR}(-(0[1-9]|1[0-2])(-{_DAY})?)?",
        "dateTime": rf"{_YEAR}(-(0[1-9]|1[0-2])(-{_DAY}(T{_CLOCK}{_ZONE})?)?)?",
        "instant": rf"{_YEAR}-(0[1-9]|1[0-2])-{_DAY}T{_CLOCK}{_ZONE}",
        "time": _CLOCK,
    }.items()
}
_LEAST = {"integer": -(2**31), "unsignedInt": 0, "positiveInt": 1}
PRIMITIVES = frozenset(_FORMS) | frozenset(_LEAST) | {"boolean", "decimal"}


def is_well_formed(kind: str, value: Any) -> bool:
    """Tell whether a JSON value has the form of this primitive type."""
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "decimal":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind in _LEAST:
        return isinstance(value, int) and not isinstance(value, bool) and _LEAST[kind] <= value < 2**31
    if not isinstance(value, str):
        return False
    if kind == "base64Binary":
        return len(value) > 0 and value.isascii()
    return _FORMS[kind].fullmatch(value) is not None
