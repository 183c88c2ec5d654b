"""Primitive types of R4: their JSON kind and their form. Source: http://hl7.org/fhir/R4/datatypes.html."""

import re
from collections.abc import Callable
from datetime import date
from math import isfinite
from typing import Any, Final

_YEAR = r"([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)"
_DAY = r"(0[1-9]|[1-2][0-9]|3[0-1])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,9})?"
_ZONE = r"(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_FORMS: Final = {
    name: re.compile(form).fullmatch
    for name, form in {
        "id": r"[A-Za-z0-9\-\.]{1,64}",
        "code": r"[^\s]+(\s[^\s]+)*",
        "oid": r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+",
        "uuid": r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "base64Binary": r"[0-9a-zA-Z+/\s]+[=\s]{0,4}",
        "date": rf"{_YEAR}(-(0[1-9]|1[0-2])(-{_DAY})?)?",
        "dateTime": rf"{_YEAR}(-(0[1-9]|1[0-2])(-{_DAY}(T{_CLOCK}{_ZONE})?)?)?",
        "instant": rf"{_YEAR}-(0[1-9]|1[0-2])-{_DAY}T{_CLOCK}{_ZONE}",
        "time": _CLOCK,
    }.items()
}
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]").search
_SPACES: Final = re.compile(r"\s").search
_LONGEST: Final = 1_048_576
_SHORT_MONTH_DAYS: Final = {"29", "30", "31"}


def _is_boolean(value: Any) -> bool:
    return value is True or value is False


def _is_decimal(value: Any) -> bool:
    kind = type(value)
    return kind is int or (kind is float and isfinite(value))


def _integer(least: int) -> Callable[[Any], bool]:
    def is_integer(value: Any) -> bool:
        return type(value) is int and least <= value < 2**31

    return is_integer


def is_text(value: Any) -> bool:
    """Tell whether this is a text that FHIR can carry: not empty, no control characters, 1 MiB at most."""
    if type(value) is not str or not value or len(value) > _LONGEST:
        return False
    return value.isprintable() or not _CONTROLS(value)


def _is_xhtml(value: Any) -> bool:
    return type(value) is str and bool(value) and not _CONTROLS(value)


def _is_uri(value: Any) -> bool:
    return type(value) is str and bool(value) and not _SPACES(value) and not _CONTROLS(value)


def _is_code(value: Any) -> bool:
    if type(value) is not str or not value:
        return False
    if value.isprintable() and " " not in value:
        return True
    return _FORMS["code"](value) is not None and not _CONTROLS(value)


def _dated(kind: str) -> Callable[[Any], bool]:
    fullmatch = _FORMS[kind]

    def is_dated(value: Any) -> bool:
        if type(value) is not str or fullmatch(value) is None:
            return False
        return value[8:10] not in _SHORT_MONTH_DAYS or _exists(value[:10])

    return is_dated


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _formed(kind: str) -> Callable[[Any], bool]:
    fullmatch = _FORMS[kind]

    def is_formed(value: Any) -> bool:
        return type(value) is str and fullmatch(value) is not None

    return is_formed


def _is_base64(value: Any) -> bool:
    if type(value) is not str or _FORMS["base64Binary"](value) is None:
        return False
    return len("".join(value.split()) if _SPACES(value) else value) % 4 == 0


#: What tells whether a JSON value has the form of each primitive type.
IS_WELL_FORMED: Final[dict[str, Callable[[Any], bool]]] = {
    "boolean": _is_boolean,
    "decimal": _is_decimal,
    "integer": _integer(-(2**31)),
    "unsignedInt": _integer(0),
    "positiveInt": _integer(1),
    "string": is_text,
    "markdown": is_text,
    "xhtml": _is_xhtml,
    "uri": _is_uri,
    "url": _is_uri,
    "canonical": _is_uri,
    "code": _is_code,
    "base64Binary": _is_base64,
    "date": _dated("date"),
    "dateTime": _dated("dateTime"),
    "instant": _dated("instant"),
    "id": _formed("id"),
    "oid": _formed("oid"),
    "uuid": _formed("uuid"),
    "time": _formed("time"),
}
PRIMITIVES: Final = frozenset(IS_WELL_FORMED)


def is_well_formed(kind: str, value: Any) -> bool:
    """Tell whether a JSON value has the form of this primitive type."""
    return IS_WELL_FORMED[kind](value)
