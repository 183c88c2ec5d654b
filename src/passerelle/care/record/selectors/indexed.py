"""Search criteria on the terms (looked up exactly) and on the extras (values compared)."""

from collections.abc import Iterable, Mapping

import orjson

from passerelle.care.record.rules.indexing import EARLIEST, LATEST, milliseconds
from passerelle.care.record.rules.parameters import TYPES
from passerelle.care.record.rules.terms import beginnings, term
from passerelle.care.record.selectors.sql import NOTHING, Clause, joined, like
from passerelle.protocols.fhir import api as fhir


def has_term(alias: str, text: str) -> Clause:
    """Return the condition that a row has this term."""
    return Clause(f"{alias}.terms @> ARRAY[%s::bigint]", (term(text),))


def has_any_term(alias: str, texts: Iterable[str]) -> Clause:
    """Return the condition that a row has one of these terms."""
    found = sorted({term(text) for text in texts})
    if len(found) == 1:
        return Clause(f"{alias}.terms @> ARRAY[%s::bigint]", (found[0],))
    return Clause(f"{alias}.terms && %s::bigint[]", (found,)) if found else NOTHING


def token_term(prefix: str, criterion: fhir.TokenCriterion, alias: str) -> Clause:
    """Look up a code, a code of a system, a code without system, or any code of a system."""
    if criterion.code is None:
        return has_term(alias, f"{prefix}={criterion.system}|")
    if criterion.system is None:
        return has_term(alias, f"{prefix}={criterion.code}")
    return has_term(alias, f"{prefix}={criterion.system}|{criterion.code}")


def reference_term(type_: str, name: str, criterion: fhir.ReferenceCriterion, alias: str) -> Clause:
    """Look up a reference by type and id, by id among the types allowed, or by address."""
    prefix = f"{type_}.{name}"
    if criterion.url is not None:
        return has_term(alias, f"{prefix}={criterion.url}")
    if criterion.type is not None:
        return has_term(alias, f"{prefix}={criterion.type}/{criterion.id}")
    targets = fhir.SEARCH[type_][name].targets or TYPES
    return has_any_term(alias, [f"{prefix}={one}/{criterion.id}" for one in targets])


def moments_clause(name: str, criterion: fhir.DateCriterion, alias: str) -> Clause:
    """Compare the ranges kept for a parameter, in milliseconds. Source: http://hl7.org/fhir/R4/search.html#prefix."""
    asked = criterion.asked
    bounds = {
        "a": EARLIEST if asked.start is None else milliseconds(asked.start),
        "b": LATEST if asked.end is None else milliseconds(asked.end),
    }
    return _matching(alias, name, _RANGES[criterion.prefix], bounds)


_RANGES = {
    "eq": "@[0] >= $a && @[1] <= $b",
    "ne": "!(@[0] >= $a && @[1] <= $b)",
    "ap": "@[1] > $a && @[0] < $b",
    "gt": "@[1] > $b",
    "lt": "@[0] < $a",
    "ge": "@[1] > $a",
    "le": "@[0] < $b",
    "sa": "@[0] >= $b",
    "eb": "@[1] <= $a",
}


def amounts_clause(name: str, criterion: fhir.QuantityCriterion, alias: str) -> Clause:
    """Compare the intervals kept for a parameter, with their unit."""
    told, values = amounts_path(criterion)
    return _matching(alias, name, told, values)


def amounts_path(criterion: fhir.QuantityCriterion) -> tuple[str, dict[str, float | str]]:
    """Return the filter of an interval `[low, high, system, code, unit]`, and its values."""
    value, half = criterion.value, criterion.half_width
    near = abs(value) / 10
    bounds = (value - near, value + near) if criterion.prefix == "ap" else (value - half, value + half)
    values: dict[str, float | str] = {"v": float(value), "a": float(bounds[0]), "b": float(bounds[1])}
    told = _AMOUNTS[criterion.prefix]
    if criterion.system is not None:
        told += " && @[2] == $s"
        values["s"] = criterion.system
    if criterion.code is not None:
        told += " && @[3] == $c" if criterion.system is not None else " && (@[3] == $c || @[4] == $c)"
        values["c"] = criterion.code
    return told, values


_AMOUNTS = {
    "eq": "@[0] >= $a && @[1] < $b",
    "ne": "!(@[0] >= $a && @[1] < $b)",
    "ap": "@[1] >= $a && @[0] <= $b",
    "gt": "@[1] > $v",
    "lt": "@[0] < $v",
    "ge": "@[1] >= $v",
    "le": "@[0] <= $v",
    "sa": "@[0] > $v",
    "eb": "@[1] < $v",
}


def _matching(alias: str, name: str, told: str, values: Mapping[str, float | str]) -> Clause:
    path = f'strict $."{name}"[*] ? ({told})'
    return Clause(
        f"jsonb_path_exists({alias}.extras, %s::jsonpath, %s::jsonb, true)", (path, orjson.dumps(values).decode())
    )


def string_clause(type_: str, name: str, criterion: fhir.StringCriterion, alias: str) -> Clause:
    """Compare the folded texts kept for a parameter; their first letters find the rows by the index."""
    inside = "%" if criterion.mode == "contains" else ""
    pattern = f"{inside}{like(criterion.text)}%"
    whole = Clause(
        f"EXISTS (SELECT FROM jsonb_array_elements_text({alias}.extras -> %s::text) AS held WHERE held LIKE %s)",
        (name, pattern),
    )
    first = [] if inside else beginnings(f"{type_}.{name}", criterion.text)[:1]
    return joined("AND", [*(has_term(alias, one) for one in first), whole])
