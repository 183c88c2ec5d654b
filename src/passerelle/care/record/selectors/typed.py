"""Search criteria on the typed columns."""

from uuid import UUID

from passerelle.care.exchange.api import ask
from passerelle.care.record.rules.columns import token
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.rules.parameters import Reads, Searched
from passerelle.care.record.rules.terms import beginning_for, term
from passerelle.care.record.selectors.sql import NOTHING, Clause, joined, like
from passerelle.protocols.fhir import api as fhir

_IMPLICIT = "http://hl7.org/fhir/"


def token_clause(searched: Searched, criterion: fhir.TokenCriterion, alias: str) -> Clause:
    """Compare a code column, or a column of codes."""
    column, code, system = f"{alias}.{searched.column}", criterion.code, criterion.system
    if searched.reads is Reads.ID:
        return id_clause(column, code or "")
    if searched.reads is Reads.CODE:
        is_ours = not system or system.startswith(_IMPLICIT)
        return Clause(f"{column} = %s", (code,)) if code and is_ours else NOTHING
    is_list = searched.reads is not Reads.TOKEN
    if code is not None and system is not None:
        exact = token(system, code)
        return Clause(f"{column} @> ARRAY[%s::text]", (exact,)) if is_list else Clause(f"{column} = %s", (exact,))
    pattern = f"%|{like(code)}" if code is not None else f"{like(system or '')}|%"
    if is_list:
        return Clause(f"EXISTS (SELECT FROM unnest({column}) AS held WHERE held LIKE %s)", (pattern,))
    return Clause(f"{column} LIKE %s", (pattern,))


def id_clause(column: str, text: str) -> Clause:
    """Compare a column of ids."""
    try:
        return Clause(f"{column} = %s", (UUID(text),))
    except ValueError:
        return NOTHING


def subject_clause(criterion: fhir.ReferenceCriterion, alias: str) -> Clause:
    """Compare the local identity that a resource is stored under with the patient asked."""
    if criterion.type not in {None, "Patient"} or criterion.url is not None or criterion.id == str(NOBODY):
        return NOTHING
    return id_clause(f"{alias}.local_identity_id", criterion.id)


def encounter_clause(criterion: fhir.ReferenceCriterion, alias: str) -> Clause:
    """Compare the stay of a resource, which is stored under the same local identity as the stay."""
    if criterion.type not in {None, "Encounter"} or criterion.url is not None:
        return NOTHING
    found = id_clause(f"{alias}.encounter", criterion.id)
    if found == NOTHING:
        return NOTHING
    stay = ask(_STAY, found.values).fetchone()
    if stay is None:  # its resources may come before it
        return found
    return Clause(f"({alias}.local_identity_id = %s AND {found.sql})", (stay[0], *found.values))


_STAY = "SELECT local_identity_id FROM record_resource WHERE id = %s AND type = 'Encounter'"


def date_clause(searched: Searched, criterion: fhir.DateCriterion, alias: str) -> Clause:
    """Compare a date column with a range, half-open both."""
    if searched.reads is Reads.UPDATED:
        column = f"{alias}.last_updated"
        return _range(column, f"({column} + interval '1 millisecond')", criterion)
    if searched.reads is Reads.DAY:
        start = f"({alias}.birth_date::timestamp AT TIME ZONE 'Europe/Paris')"
        return _range(start, f"({start} + interval '1 day')", criterion)
    start = f"coalesce({alias}.date_start, '-infinity')"
    end = f"coalesce({alias}.date_end, 'infinity')"
    told = f"({alias}.date_start IS NOT NULL OR {alias}.date_end IS NOT NULL)"
    found = _range(start, end, criterion)
    return Clause(f"({told} AND {found.sql})", found.values)


_COMPARISONS = {
    "eq": "({start} >= %s::timestamptz AND {end} <= %s::timestamptz)",
    "ne": "NOT ({start} >= %s::timestamptz AND {end} <= %s::timestamptz)",
    "ap": "({end} > %s::timestamptz AND {start} < %s::timestamptz)",
}
_ONE_SIDED = {
    "gt": ("{end} > %s::timestamptz", 1),
    "lt": ("{start} < %s::timestamptz", 0),
    "ge": ("{end} > %s::timestamptz", 0),
    "le": ("{start} < %s::timestamptz", 1),
    "sa": ("{start} >= %s::timestamptz", 1),
    "eb": ("{end} <= %s::timestamptz", 0),
}


def _range(start: str, end: str, criterion: fhir.DateCriterion) -> Clause:
    """Compare half-open ranges. Source: http://hl7.org/fhir/R4/search.html#prefix."""
    asked = (criterion.asked.start, criterion.asked.end)
    if criterion.prefix in _COMPARISONS:
        return Clause(_COMPARISONS[criterion.prefix].format(start=start, end=end), asked)
    sql, side = _ONE_SIDED[criterion.prefix]
    return Clause(sql.format(start=start, end=end), (asked[side],))


def names_clause(type_: str, searched: Searched, criterion: fhir.StringCriterion, alias: str) -> Clause:
    """Compare names: their first letters find the rows by the index, then the whole is compared."""
    column, text = f"{alias}.names", like(criterion.text).replace("\n", " ")
    if criterion.mode == "contains":
        return Clause(
            f"EXISTS (SELECT FROM regexp_split_to_table({column}, '\\n') AS held WHERE held LIKE %s)",
            (f"{searched.part}:%{text}%",),
        )
    whole = Clause(f"{column} LIKE %s", (f"%\n{searched.part}:{text}%",))
    beginning = beginning_for(f"{type_}.name", criterion.text)
    if beginning is None:
        return whole
    return joined("AND", [Clause(f"{alias}.terms @> ARRAY[%s::bigint]", (term(beginning),)), whole])


def number_clause(criterion: fhir.QuantityCriterion, alias: str) -> Clause:
    """Compare a value with its implicit precision; a unit asked is compared in the resource itself."""
    column, code = f"{alias}.number_value", criterion.code
    found = _amount(column, criterion)
    if code is None and criterion.system is None:
        return found
    body = f"{alias}.body::json #>> '{{valueQuantity,%s}}' = %%s"
    parts = [found]
    if criterion.system:
        parts.append(Clause(body % "system", (criterion.system,)))
    if code is not None:
        names = ["code"] if criterion.system else ["code", "unit"]
        parts.append(joined("OR", [Clause(body % name, (code,)) for name in names]))
    return joined("AND", parts)


def _amount(column: str, criterion: fhir.QuantityCriterion) -> Clause:
    low, high = float(criterion.value - criterion.half_width), float(criterion.value + criterion.half_width)
    value = float(criterion.value)
    at = "%s::float8"
    return {
        "eq": Clause(f"({column} >= {at} AND {column} < {at})", (low, high)),
        "ap": Clause(f"({column} BETWEEN {at} AND {at})", (value - abs(value) / 10, value + abs(value) / 10)),
        "ne": Clause(f"({column} < {at} OR {column} >= {at})", (low, high)),
        "gt": Clause(f"{column} > {at}", (value,)),
        "sa": Clause(f"{column} > {at}", (value,)),
        "lt": Clause(f"{column} < {at}", (value,)),
        "eb": Clause(f"{column} < {at}", (value,)),
        "ge": Clause(f"{column} >= {at}", (value,)),
        "le": Clause(f"{column} <= {at}", (value,)),
    }[criterion.prefix]
