"""From search criteria to SQL on the typed columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from passerelle.care.record.rules.columns import token
from passerelle.care.record.rules.parameters import MODIFIERS, SEARCHED, Reads, Searched, sorts_of
from passerelle.protocols.fhir import api as fhir


class SearchError(Exception):
    """A search that cannot be answered: `parameter` is the one at fault, `why` a French sentence."""

    def __init__(self, parameter: str, why: str) -> None:
        super().__init__(f"{parameter}: {why}")
        self.parameter = parameter
        self.why = why


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition of a WHERE and its values."""

    sql: str
    values: tuple[Any, ...] = ()


_NOTHING = Clause("false")


def clauses(type_: str, params: Mapping[str, Sequence[str]]) -> list[Clause]:
    """Return one clause per value of each parameter (AND); alternatives inside a value are joined by OR.

    Raises:
        SearchError: a parameter is unknown for this type, or a value ill-formed.
    """
    found = []
    for told, values in params.items():
        name, _, modifier = told.partition(":")
        searched = SEARCHED[type_].get(name)
        if searched is None:
            raise SearchError(told, f"paramètre de recherche inconnu pour {type_}")
        if modifier and modifier not in MODIFIERS.get(searched.reads, ()):
            raise SearchError(told, f"modificateur non pris en charge : :{modifier[:20]}")
        found += [_clause(type_, told, searched, value) for value in values]
    return found


def order_of(type_: str, sort: str | None) -> tuple[str, bool]:
    """Return the column of `_sort` and whether it goes down; newest write first when it is not told.

    Raises:
        SearchError: this type is not sorted on that.
    """
    if sort is None:
        return "last_updated", True
    name = sort.removeprefix("-")
    column = found.column if (found := sorts_of(type_).get(name)) else None
    if column is None:
        raise SearchError(
            parameter="_sort", why=f"tri non pris en charge : {name[:40]} ; possible : {', '.join(sorts_of(type_))}"
        )
    return column, sort.startswith("-")


def _clause(type_: str, told: str, searched: Searched, raw: str) -> Clause:
    name, _, modifier = told.partition(":")
    kind = fhir.SEARCH[type_][name].kind
    try:
        criteria = fhir.parse(kind, raw, modifier)
    except fhir.FhirError as fault:
        raise SearchError(told, fault.why) from fault
    alternatives = [_one(searched, criterion) for criterion in criteria]
    if any(isinstance(criterion, fhir.TokenCriterion) and criterion.negated for criterion in criteria):
        return _joined(" AND ", alternatives)
    return _joined(" OR ", alternatives)


def _joined(word: str, parts: Sequence[Clause]) -> Clause:
    if len(parts) == 1:
        return parts[0]
    values = tuple(value for part in parts for value in part.values)
    return Clause("(" + word.join(part.sql for part in parts) + ")", values)


def _one(searched: Searched, criterion: fhir.Criterion) -> Clause:
    match criterion:
        case fhir.MissingCriterion():
            return Clause(f"{searched.column} IS {'' if criterion.missing else 'NOT '}NULL")
        case fhir.TokenCriterion():
            return _token(searched, criterion)
        case fhir.DateCriterion():
            return _date(searched, criterion)
        case fhir.StringCriterion():
            return _string(searched, criterion)
        case fhir.ReferenceCriterion():
            return _reference(searched, criterion)
        case fhir.QuantityCriterion():
            return _quantity(searched, criterion)
        case fhir.UriCriterion():
            return _NOTHING


def _token(searched: Searched, criterion: fhir.TokenCriterion) -> Clause:
    found = _plain_token(searched, criterion)
    if criterion.negated:
        return Clause(f"({found.sql}) IS NOT TRUE", found.values)
    return found


def _plain_token(searched: Searched, criterion: fhir.TokenCriterion) -> Clause:
    column, code, system = searched.column, criterion.code, criterion.system
    if searched.reads is Reads.ID:
        return _id("id", code or "")
    if searched.reads is Reads.CODE:
        return Clause(f"{column} = %s", (code,)) if code and not system else _NOTHING
    is_list = searched.reads in {Reads.TOKENS, Reads.IDENTIFIERS}
    if code is not None and system is not None:
        exact = token(system, code)
        return Clause(f"{column} @> ARRAY[%s]", (exact,)) if is_list else Clause(f"{column} = %s", (exact,))
    pattern = f"%|{_like(code)}" if code is not None else f"{_like(system or '')}|%"
    if is_list:
        held = f"unnest({column}) AS held"
        return Clause(f"EXISTS (SELECT FROM {held} WHERE held LIKE %s)", (pattern,))
    return Clause(f"{column} LIKE %s", (pattern,))


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _id(column: str, text: str) -> Clause:
    try:
        return Clause(f"{column} = %s", (UUID(text),))
    except ValueError:
        return _NOTHING


def _date(searched: Searched, criterion: fhir.DateCriterion) -> Clause:
    if searched.reads is Reads.UPDATED:
        return _range("last_updated", "last_updated + interval '1 millisecond'", criterion)
    if searched.reads is Reads.DAY:
        start = "(birth_date::timestamp AT TIME ZONE 'Europe/Paris')"
        return _range(start, f"({start} + interval '1 day')", criterion)
    start, end = "coalesce(date_start, '-infinity')", "coalesce(date_end, 'infinity')"
    told = "(date_start IS NOT NULL OR date_end IS NOT NULL)"
    found = _range(start, end, criterion)
    return Clause(f"({told} AND {found.sql})", found.values)


_COMPARISONS = {
    "eq": "({start} >= %s AND {end} <= %s)",
    "ne": "NOT ({start} >= %s AND {end} <= %s)",
    "ap": "({end} > %s AND {start} < %s)",
}
_ONE_SIDED = {
    "gt": ("{end} > %s", 1),
    "lt": ("{start} < %s", 0),
    "ge": ("{end} > %s", 0),
    "le": ("{start} < %s", 1),
    "sa": ("{start} >= %s", 1),
    "eb": ("{end} <= %s", 0),
}


def _range(start: str, end: str, criterion: fhir.DateCriterion) -> Clause:
    """Compare half-open ranges. Source: http://hl7.org/fhir/R4/search.html#prefix."""
    asked = (criterion.asked.start, criterion.asked.end)
    if criterion.prefix in _COMPARISONS:
        return Clause(_COMPARISONS[criterion.prefix].format(start=start, end=end), asked)
    sql, side = _ONE_SIDED[criterion.prefix]
    return Clause(sql.format(start=start, end=end), (asked[side],))


def _string(searched: Searched, criterion: fhir.StringCriterion) -> Clause:
    inside = "%" if criterion.mode == "contains" else ""
    text = _like(criterion.text).replace("\n", " ")
    line = f"%\n{searched.part}:{text}%"
    if not inside:
        return Clause("names LIKE %s", (line,))
    return Clause(
        "EXISTS (SELECT 1 FROM regexp_split_to_table(names, '\\n') AS held WHERE held LIKE %s)",
        (f"{searched.part}:%{text}%",),
    )


_SUBJECTS = {Reads.SUBJECT: "Patient", Reads.ENCOUNTER: "Encounter"}


def _reference(searched: Searched, criterion: fhir.ReferenceCriterion) -> Clause:
    is_right_type = criterion.type in {None, _SUBJECTS[searched.reads]}
    return _id(searched.column, criterion.id) if is_right_type and criterion.url is None else _NOTHING


def _quantity(searched: Searched, criterion: fhir.QuantityCriterion) -> Clause:
    """Compare a value with its implicit precision; a unit asked is compared in the resource itself."""
    low = float(criterion.value - criterion.half_width)
    high = float(criterion.value + criterion.half_width)
    value = float(criterion.value)
    column = searched.column
    found = {
        "eq": Clause(f"({column} >= %s AND {column} < %s)", (low, high)),
        "ap": Clause(f"({column} BETWEEN %s AND %s)", (value - abs(value) / 10, value + abs(value) / 10)),
        "ne": Clause(f"({column} < %s OR {column} >= %s)", (low, high)),
        "gt": Clause(f"{column} > %s", (value,)),
        "sa": Clause(f"{column} > %s", (value,)),
        "lt": Clause(f"{column} < %s", (value,)),
        "eb": Clause(f"{column} < %s", (value,)),
        "ge": Clause(f"{column} >= %s", (value,)),
        "le": Clause(f"{column} <= %s", (value,)),
    }[criterion.prefix]
    if criterion.code is None:
        return found
    units = "body::json #>> '{valueQuantity,code}' = %s OR body::json #>> '{valueQuantity,unit}' = %s"
    if criterion.system:
        units = "body::json #>> '{valueQuantity,code}' = %s AND body::json #>> '{valueQuantity,system}' = %s"
        return Clause(f"({found.sql} AND {units})", (*found.values, criterion.code, criterion.system))
    return Clause(f"({found.sql} AND ({units}))", (*found.values, criterion.code, criterion.code))
