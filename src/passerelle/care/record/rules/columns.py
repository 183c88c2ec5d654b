"""From a resource to the columns a search reads: hand-written for what messages write, from the table for the rest.

Both are tested equal to the generic extraction of the standard's paths.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, Final, NewType, TypeAlias
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
#: Reads the value of a member of a resource into the columns.
Filler: TypeAlias = Callable[[Any, Columns], None]
values_in_order: Callable[[Columns], tuple[Any, ...]] = attrgetter(*COLUMN_NAMES)


def columns_of(resource: Json) -> Columns:
    """Return the search columns of a resource of a stored type.

    What cannot be read is left out, as the standard asks of a server that accepts a resource.

    Raises:
        KeyError: another type.
    """
    type_ = resource["resourceType"]
    columns = Columns()
    for name, fill in fillers_of(type_):
        if name in resource:
            fill(resource[name], columns)
    index = Index()
    index_rest(resource, tree_of(type_), index)
    keep_index(columns, index)
    return columns


def keep_index(columns: Columns, index: Index) -> None:
    """Put in the columns what a walk found for them."""
    if index.terms:
        columns.terms = sorted(index.terms)
    if index.extras:
        columns.extras = JsonText(orjson.dumps(index.extras).decode())


@cache
def fillers_of(type_: str) -> tuple[tuple[str, Filler], ...]:
    """Return what fills the typed columns of a type: a member of the resource and what reads it, in order.

    A list is filled by every member that has some of it; any other column by the first that has a value.

    Raises:
        KeyError: another type.
    """
    return _BY_TYPE.get(type_) or tuple(_declared(type_))


def _fill_text(column: str) -> Filler:
    def fill(value: Any, columns: Columns) -> None:
        setattr(columns, column, _text(value))

    return fill


def _fill_tokens(column: str) -> Filler:
    def fill(value: Any, columns: Columns) -> None:
        found, held = _concepts(value), getattr(columns, column)
        if held and found:
            found = list(dict.fromkeys([*held, *found]))
        setattr(columns, column, found or held)

    return fill


def _fill_moment(value: Any, columns: Columns) -> None:
    if columns.date_start is None and columns.date_end is None:
        columns.date_start, columns.date_end = _moment(value)


def _fill_period(value: Any, columns: Columns) -> None:
    if columns.date_start is None and columns.date_end is None:
        columns.date_start, columns.date_end = _period(value)


def _fill_dates(path: tuple[fhir.Step, ...]) -> Filler:
    def fill(value: Any, columns: Columns) -> None:
        if columns.date_start is None and columns.date_end is None:
            found = next((one for node in _below(value, path) for one in fhir.dates(node)), None)
            if isinstance(found, fhir.DateRange):
                columns.date_start, columns.date_end = found.start, found.end

    return fill


def _fill_identifiers(path: tuple[fhir.Step, ...]) -> Filler:
    keep = _fill_tokens("identifiers")

    def fill(value: Any, columns: Columns) -> None:
        keep(list(_below(value, path)), columns)

    return fill


def _fill_encounter(path: tuple[fhir.Step, ...]) -> Filler:
    def fill(value: Any, columns: Columns) -> None:
        if columns.encounter is None:
            columns.encounter = next(filter(None, map(_encounter_id, _below(value, path))), None)

    return fill


def _below(value: Any, path: tuple[fhir.Step, ...]) -> Iterable[Any]:
    """Return what a path leads to, given what its first step found."""
    return fhir.walk({path[0].name: value}, path)


def _fill_class(value: Any, columns: Columns) -> None:
    columns.class_code = next(iter(_concepts(value) or ()), None) if isinstance(value, dict) else None


def _fill_names(value: Any, columns: Columns) -> None:
    columns.names = _names(value)


def _fill_birth(value: Any, columns: Columns) -> None:
    columns.birth_date = _day(value)


def _fill_labels(value: Any, columns: Columns) -> None:
    if isinstance(value, dict):
        _fill_security(value.get("security"), columns)


def _fill_stay(value: Any, columns: Columns) -> None:
    columns.encounter = _encounter_id(value)


def _fill_stay_of_document(value: Any, columns: Columns) -> None:
    encounters = value.get("encounter") if isinstance(value, dict) else None
    columns.encounter = next(filter(None, map(_encounter_id, _items(encounters))), None)


def _fill_number(value: Any, columns: Columns) -> None:
    number = value.get("value") if isinstance(value, dict) else None
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    columns.number_value = _float(number) if is_number and number is not None else None


_fill_security, _fill_codes = _fill_tokens("security"), _fill_tokens("codes")
_fill_categories, _fill_numbers = _fill_tokens("categories"), _fill_tokens("identifiers")
_STATUS: Final = ("status", _fill_text("status"))
_GENDER: Final = ("gender", _fill_text("gender"))
_IDENTIFIER: Final = ("identifier", _fill_numbers)
_META: Final = ("meta", _fill_labels)
#: What messages write the most, by hand.
_BY_TYPE: Final[dict[str, tuple[tuple[str, Filler], ...]]] = {
    "Patient": (_IDENTIFIER, ("name", _fill_names), ("birthDate", _fill_birth), _GENDER, _META),
    "Encounter": (
        _STATUS,
        ("class", _fill_class),
        ("type", _fill_codes),
        ("period", _fill_period),
        _IDENTIFIER,
        _META,
    ),
    "DocumentReference": (
        _STATUS,
        ("type", _fill_codes),
        ("category", _fill_categories),
        ("date", _fill_moment),
        ("masterIdentifier", _fill_numbers),
        _IDENTIFIER,
        ("context", _fill_stay_of_document),
        ("securityLabel", _fill_security),
        _META,
    ),
    "Observation": (
        _STATUS,
        ("code", _fill_codes),
        ("category", _fill_categories),
        ("effectivePeriod", _fill_period),
        ("effectiveTiming", _fill_dates(fhir.steps("effectiveTiming"))),
        ("effectiveDateTime", _fill_moment),
        ("effectiveInstant", _fill_moment),
        ("encounter", _fill_stay),
        _IDENTIFIER,
        _META,
        ("valueQuantity", _fill_number),
    ),
    "Appointment": (
        _STATUS,
        ("serviceType", _fill_codes),
        ("appointmentType", _fill_categories),
        ("start", _fill_moment),
        _IDENTIFIER,
        _META,
    ),
}


def _declared(type_: str) -> Iterator[tuple[str, Filler]]:
    """Yield what fills the columns of a type that messages do not write, from the table of parameters."""
    searched = SEARCHED[type_]
    reads = {one.reads for one in searched.values()}
    yield _META
    if "status" in searched and searched["status"].reads is Reads.CODE:
        yield _STATUS
    if Reads.NAMES in reads:
        yield "name", _fill_names
    if "gender" in searched:
        yield _GENDER
    if Reads.DAY in reads:
        yield "birthDate", _fill_birth
    told = (
        ("identifier", _fill_identifiers),
        (DATE_OF.get(type_), _fill_dates),
        (ENCOUNTER_OF.get(type_), _fill_encounter),
    )
    for name, make in told:
        parameter = fhir.SEARCH[type_].get(name or "")
        for path in map(fhir.steps, parameter.paths if parameter else ()):
            yield path[0].name, make(path)


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


def _encounter_id(node: Any) -> UUID | None:
    target = node.get("reference") if isinstance(node, dict) else None
    if not isinstance(target, str) or not target.startswith("Encounter/"):
        return None
    try:
        return UUID(target[10:46])
    except ValueError:
        return None
