"""From a resource to the typed columns a search reads: hand-written for speed, tested equal to the table of paths."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any, TypeAlias
from uuid import UUID

from passerelle.protocols.fhir import api as fhir

Json: TypeAlias = dict[str, Any]
_SECOND = timedelta(seconds=1)
_WHOLE_SECONDS = {20, 25}  # 2026-03-02T12:00:00Z, 2026-03-02T12:00:00+01:00


@dataclass(slots=True)
class Columns:
    """What is searched, beside the resource; None is « not said ». Tokens are `system|code`, dates half-open."""

    status: str | None = None
    class_code: str | None = None
    codes: list[str] | None = None
    categories: list[str] | None = None
    date_start: datetime | None = None
    date_end: datetime | None = None
    identifiers: list[str] | None = None
    encounter: UUID | None = None
    security: list[str] | None = None
    names: str | None = None
    birth_date: date | None = None
    gender: str | None = None
    number_value: float | None = None


_TYPES: dict[Any, str] = {
    str | None: "text",
    list[str] | None: "text[]",
    datetime | None: "timestamp with time zone",
    date | None: "date",
    UUID | None: "uuid",
    float | None: "double precision",
}
COLUMN_NAMES = tuple(field.name for field in fields(Columns))
#: The type of each column, as PostgreSQL names it.
COLUMN_TYPES = {field.name: _TYPES[field.type] for field in fields(Columns)}
values_in_order: Callable[[Columns], tuple[Any, ...]] = attrgetter(*COLUMN_NAMES)


def columns_of(resource: Json) -> Columns:
    """Return the search columns of a resource of a stored type.

    What cannot be read is left out, as the standard asks of a server that accepts a resource.

    Raises:
        KeyError: another type.
    """
    return _READERS[resource["resourceType"]](resource)


def _patient(resource: Json) -> Columns:
    return Columns(
        identifiers=_identifiers(resource.get("identifier")),
        names=_names(resource.get("name")),
        birth_date=_day(resource.get("birthDate")),
        gender=_text(resource.get("gender")),
    )


def _encounter(resource: Json) -> Columns:
    start, end = _period(resource.get("period"))
    coded = resource.get("class")
    return Columns(
        status=_text(resource.get("status")),
        class_code=next(_tokens(coded), None) if isinstance(coded, dict) else None,
        codes=_concepts(resource.get("type")),
        date_start=start,
        date_end=end,
        identifiers=_identifiers(resource.get("identifier")),
    )


def _document_reference(resource: Json) -> Columns:
    start, end = _moment(resource.get("date"))
    context = resource.get("context")
    encounters = context.get("encounter") if isinstance(context, dict) else None
    return Columns(
        status=_text(resource.get("status")),
        codes=_concepts(resource.get("type")),
        categories=_concepts(resource.get("category")),
        date_start=start,
        date_end=end,
        identifiers=_identifiers([*_items(resource.get("masterIdentifier")), *_items(resource.get("identifier"))]),
        encounter=next(filter(None, map(_encounter_id, _items(encounters))), None),
        security=_concepts(resource.get("securityLabel")),
    )


def _observation(resource: Json) -> Columns:
    start, end = _effective(resource)
    quantity = resource.get("valueQuantity")
    value = quantity.get("value") if isinstance(quantity, dict) else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Columns(
        status=_text(resource.get("status")),
        codes=_concepts(resource.get("code")),
        categories=_concepts(resource.get("category")),
        date_start=start,
        date_end=end,
        encounter=_encounter_id(resource.get("encounter")),
        identifiers=_identifiers(resource.get("identifier")),
        security=_security(resource),
        number_value=float(value) if is_number and value is not None else None,
    )


def _appointment(resource: Json) -> Columns:
    start, end = _moment(resource.get("start"))
    return Columns(
        status=_text(resource.get("status")),
        codes=_concepts(resource.get("serviceType")),
        categories=_concepts(resource.get("appointmentType")),
        date_start=start,
        date_end=end,
        identifiers=_identifiers(resource.get("identifier")),
    )


_READERS: dict[str, Callable[[Json], Columns]] = {
    "Patient": _patient,
    "Encounter": _encounter,
    "DocumentReference": _document_reference,
    "Observation": _observation,
    "Appointment": _appointment,
}


def _items(node: Any) -> list[Any]:
    if node is None:
        return []
    return node if isinstance(node, list) else [node]


def _text(node: Any) -> str | None:
    return node if isinstance(node, str) else None


def token(system: str | None, code: str) -> str:
    """Return a code as it is stored and searched: `system|code`, the system empty when none is told."""
    return f"{system or ''}|{code}"


def _tokens(node: Any) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    for item in _items(node.get("coding")):
        yield from _tokens(item)
    code = node.get("code", node.get("value"))
    if isinstance(code, str):
        yield token(_text(node.get("system")), code)


def _concepts(node: Any) -> list[str] | None:
    return list(dict.fromkeys(one for item in _items(node) for one in _tokens(item))) or None


def _identifiers(node: Any) -> list[str] | None:
    return _concepts(node)


def _security(resource: Json) -> list[str] | None:
    meta = resource.get("meta")
    return _concepts(meta.get("security")) if isinstance(meta, dict) else None


def _names(node: Any) -> str | None:
    """Return folded names, one a line, after a letter that tells what they are: f(amily), g(iven), o(ther)."""
    lines: dict[str, None] = {}
    for name in _items(node):
        if not isinstance(name, dict):
            continue
        for letter, part in (("f", "family"), ("g", "given"), ("o", "prefix"), ("o", "suffix"), ("o", "text")):
            lines |= {f"{letter}:{fhir.fold(text)}": None for text in _items(name.get(part)) if isinstance(text, str)}
    return "".join(f"\n{line}" for line in lines) or None


def _day(node: Any) -> date | None:
    try:
        return date.fromisoformat(node) if isinstance(node, str) and len(node) == 10 else None
    except ValueError:
        return None


def _moment(node: Any) -> tuple[datetime | None, datetime | None]:
    if not isinstance(node, str):
        return None, None
    try:
        if len(node) in _WHOLE_SECONDS and node[10] == "T":
            start = datetime.fromisoformat(node)
            return start, start + _SECOND
        found = fhir.date_range(node)
    except (fhir.FhirError, ValueError, OverflowError):
        return None, None
    return found.start, found.end


def _period(node: Any) -> tuple[datetime | None, datetime | None]:
    if not isinstance(node, dict):
        return None, None
    return _moment(node.get("start"))[0], _moment(node.get("end"))[1]


def _effective(resource: Json) -> tuple[datetime | None, datetime | None]:
    if "effectivePeriod" in resource:
        return _period(resource["effectivePeriod"])
    return _moment(resource.get("effectiveDateTime", resource.get("effectiveInstant")))


def _encounter_id(node: Any) -> UUID | None:
    target = node.get("reference") if isinstance(node, dict) else None
    if not isinstance(target, str) or not target.startswith("Encounter/"):
        return None
    try:
        return UUID(target[10:46])
    except ValueError:
        return None
