"""From a resource to the columns a search reads: hand-written for what messages write, from the table for the rest.

Both are tested equal to the generic extraction of the standard's paths.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, NewType, TypeAlias
from uuid import UUID

import orjson

from passerelle.care.record.rules.indexing import Index, index_rest, tree_of
from passerelle.care.record.rules.parameters import DATE_OF, ENCOUNTER_OF, SEARCHED, Reads
from passerelle.protocols.fhir import api as fhir

Json: TypeAlias = dict[str, Any]
JsonText = NewType("JsonText", str)
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
    terms: list[int] | None = None
    extras: JsonText | None = None


_TYPES: dict[Any, str] = {
    str | None: "text",
    list[str] | None: "text[]",
    list[int] | None: "bigint[]",
    datetime | None: "timestamp with time zone",
    date | None: "date",
    UUID | None: "uuid",
    float | None: "double precision",
    JsonText | None: "jsonb",
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
    type_ = resource["resourceType"]
    reader = _READERS.get(type_)
    columns = _generic(type_, resource) if reader is None else reader(resource)
    index = Index()
    index_rest(resource, tree_of(type_), index)
    if index.terms:
        columns.terms = sorted(index.terms)
    if index.extras:
        columns.extras = JsonText(orjson.dumps(index.extras).decode())
    return columns


def _patient(resource: Json) -> Columns:
    return Columns(
        identifiers=_identifiers(resource.get("identifier")),
        names=_names(resource.get("name")),
        birth_date=_day(resource.get("birthDate")),
        gender=_text(resource.get("gender")),
        security=_security(resource),
    )


def _encounter(resource: Json) -> Columns:
    start, end = _period(resource.get("period"))
    coded = resource.get("class")
    return Columns(
        status=_text(resource.get("status")),
        class_code=next(iter(_concepts(coded) or ()), None) if isinstance(coded, dict) else None,
        codes=_concepts(resource.get("type")),
        date_start=start,
        date_end=end,
        identifiers=_identifiers(resource.get("identifier")),
        security=_security(resource),
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
        security=_concepts([*_items(resource.get("securityLabel")), *(_labels(resource))]),
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
        number_value=_float(value) if is_number and value is not None else None,
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
        security=_security(resource),
    )


_READERS: dict[str, Callable[[Json], Columns]] = {
    "Patient": _patient,
    "Encounter": _encounter,
    "DocumentReference": _document_reference,
    "Observation": _observation,
    "Appointment": _appointment,
}


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a type that messages do not write keeps what has a column."""

    has_status: bool
    has_names: bool
    has_gender: bool
    has_birth: bool
    identifiers: tuple[tuple[fhir.Step, ...], ...]
    dates: tuple[tuple[fhir.Step, ...], ...]
    encounters: tuple[tuple[fhir.Step, ...], ...]


@cache
def _places(type_: str) -> _Places:
    reads = {one.reads for one in SEARCHED[type_].values()}

    def paths(name: str | None) -> tuple[tuple[fhir.Step, ...], ...]:
        parameter = fhir.SEARCH[type_].get(name or "")
        return tuple(map(fhir.steps, parameter.paths)) if parameter else ()

    return _Places(
        has_status="status" in SEARCHED[type_] and SEARCHED[type_]["status"].reads is Reads.CODE,
        has_names=Reads.NAMES in reads,
        has_gender="gender" in SEARCHED[type_],
        has_birth=Reads.DAY in reads,
        identifiers=paths("identifier"),
        dates=paths(DATE_OF.get(type_)),
        encounters=paths(ENCOUNTER_OF.get(type_)),
    )


def _generic(type_: str, resource: Json) -> Columns:
    places = _places(type_)
    columns = Columns(security=_security(resource))
    if places.has_status:
        columns.status = _text(resource.get("status"))
    if places.has_names:
        columns.names = _names(resource.get("name"))
    if places.has_gender:
        columns.gender = _text(resource.get("gender"))
    if places.has_birth:
        columns.birth_date = _day(resource.get("birthDate"))
    columns.identifiers = _concepts([item for path in places.identifiers for item in fhir.walk(resource, path)])
    columns.date_start, columns.date_end = _first_date(resource, places)
    links = (item for path in places.encounters for item in fhir.walk(resource, path))
    columns.encounter = next(filter(None, map(_encounter_id, links)), None)
    return columns


def _first_date(resource: Json, places: _Places) -> tuple[datetime | None, datetime | None]:
    nodes = (node for path in places.dates for node in fhir.walk(resource, path))
    found = next((one for node in nodes for one in fhir.dates(node)), None)
    return (found.start, found.end) if isinstance(found, fhir.DateRange) else (None, None)


def _items(node: Any) -> list[Any]:
    if node is None:
        return []
    return node if isinstance(node, list) else [node]


def _text(node: Any) -> str | None:
    return node if isinstance(node, str) else None


def _float(value: float) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def token(system: str | None, code: str) -> str:
    """Return a code as it is stored and searched: `system|code`, the system empty when none is told."""
    return f"{system or ''}|{code}"


def _add_tokens(node: Any, found: dict[str, None]) -> None:
    if not isinstance(node, dict):
        return
    for item in _items(node.get("coding")):
        _add_tokens(item, found)
    code = node.get("code", node.get("value"))
    if isinstance(code, str):
        system = node.get("system")
        found[f"{system}|{code}" if isinstance(system, str) else f"|{code}"] = None


def _concepts(node: Any) -> list[str] | None:
    found: dict[str, None] = {}
    for item in _items(node):
        _add_tokens(item, found)
    return list(found) or None


def _identifiers(node: Any) -> list[str] | None:
    return _concepts(node)


def _labels(resource: Json) -> list[Any]:
    meta = resource.get("meta")
    return _items(meta.get("security")) if isinstance(meta, dict) else []


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
    if "effectiveTiming" in resource:
        found = next(fhir.dates(resource["effectiveTiming"]), None)
        return (found.start, found.end) if isinstance(found, fhir.DateRange) else (None, None)
    return _moment(resource.get("effectiveDateTime", resource.get("effectiveInstant")))


def _encounter_id(node: Any) -> UUID | None:
    target = node.get("reference") if isinstance(node, dict) else None
    if not isinstance(target, str) or not target.startswith("Encounter/"):
        return None
    try:
        return UUID(target[10:46])
    except ValueError:
        return None
