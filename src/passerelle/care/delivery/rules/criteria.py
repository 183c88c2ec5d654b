"""Whether a resource meets the criteria of a subscription: those of FHIR search, on one resource in memory."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl

from passerelle.protocols import fhir

_Question = tuple[str, tuple[fhir.Criterion, ...]]
_JUDGED: Final = (
    fhir.TokenCriterion,
    fhir.StringCriterion,
    fhir.ReferenceCriterion,
    fhir.UriCriterion,
    fhir.DateCriterion,
    fhir.QuantityCriterion,
    fhir.MissingCriterion,
)


@lru_cache(maxsize=256)
def read_criteria(kind: str, criteria: str) -> tuple[_Question, ...]:
    """Read `status=final&code=718-7` for a type of resource: each parameter with its alternatives.

    Raises:
        FhirError: an unknown parameter, a value that has not its form, or what one resource alone cannot tell.
    """
    known = fhir.SEARCH.get(kind, {})
    questions = []
    for told, value in parse_qsl(criteria, keep_blank_values=True):
        name, _, modifier = told.partition(":")
        parameter = known.get(name)
        if parameter is None:
            raise fhir.FhirError(why=f"paramètre inconnu pour {kind} : {name[:40]}")
        alternatives = tuple(fhir.parse(parameter.kind, value, modifier, parameter.parts))
        if not all(isinstance(one, _JUDGED) for one in alternatives):
            raise fhir.FhirError(why=f"un abonnement n’est pas jugé sur {told[:60]}")
        questions.append((name, alternatives))
    return tuple(questions)


def meets(resource: fhir.Json, criteria: str) -> bool:
    """Tell whether a resource meets every criterion.

    Raises:
        FhirError: the criteria cannot be read for this type of resource.
    """
    questions = read_criteria(str(resource.get("resourceType", "")), criteria)
    if not questions:
        return True
    found = fhir.extract(resource)
    return all(_meets_any(found.get(name, ()), alternatives) for name, alternatives in questions)


def _meets_any(values: Iterable[fhir.SearchValue], alternatives: tuple[fhir.Criterion, ...]) -> bool:
    held = list(values)
    if any(isinstance(one, fhir.TokenCriterion) and one.negated for one in alternatives):
        return not any(_matches(value, one) for value in held for one in alternatives)
    return any(
        (not held) == one.missing if isinstance(one, fhir.MissingCriterion) else any(_matches(v, one) for v in held)
        for one in alternatives
    )


def _matches(value: fhir.SearchValue, asked: fhir.Criterion) -> bool:
    match asked:
        case fhir.TokenCriterion():
            return _is_token(value, asked)
        case fhir.StringCriterion():
            return isinstance(value, str) and _is_text(value, asked)
        case fhir.ReferenceCriterion():
            return isinstance(value, str) and _is_reference(value, asked)
        case fhir.UriCriterion():
            return isinstance(value, str) and _is_uri(value, asked)
        case fhir.DateCriterion():
            return isinstance(value, fhir.DateRange) and _is_date(value, asked)
        case fhir.QuantityCriterion():
            return isinstance(value, fhir.Amount) and _is_quantity(value, asked)
        case _:  # refused when the criteria were read, or told by the absence of values
            return False


def _is_uri(value: str, asked: fhir.UriCriterion) -> bool:
    if asked.mode == "below":
        return value.startswith(asked.uri)
    return asked.uri.startswith(value) if asked.mode == "above" else value == asked.uri


def _is_token(value: fhir.SearchValue, asked: fhir.TokenCriterion) -> bool:
    if not isinstance(value, fhir.Token):
        return False
    same_system = asked.system is None or (value.system or "") == asked.system
    return same_system and (asked.code is None or value.code == asked.code)


def _is_text(value: str, asked: fhir.StringCriterion) -> bool:
    if asked.mode == "exact":
        return value == asked.text
    folded = fhir.fold(value)
    return asked.text in folded if asked.mode == "contains" else folded.startswith(asked.text)


def _is_reference(value: str, asked: fhir.ReferenceCriterion) -> bool:
    if asked.url is not None:
        return value == asked.url
    kind, _, number = value.rpartition("/")
    return number == asked.id and (asked.type is None or kind.rpartition("/")[2] == asked.type)


def _is_date(value: fhir.DateRange, asked: fhir.DateCriterion) -> bool:
    """Compare two half-open ranges as FHIR says (R4, 3.1.1.4.6)."""
    start, end = asked.asked.start, asked.asked.end
    begins_after = _after(value.start, end)
    ends_before = _after(start, value.end)
    within = not _before(value.start, start) and not _after_strictly(value.end, end)
    match asked.prefix:
        case "eq":
            return within
        case "ne":
            return not within
        case "gt" | "sa":
            return begins_after
        case "lt" | "eb":
            return ends_before
        case "ge":
            return begins_after or within
        case "le":
            return ends_before or within
        case _:
            return not (begins_after or ends_before)


def _after(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one >= other


def _before(one: datetime | None, other: datetime | None) -> bool:
    """An unbounded start is before everything."""
    return other is not None and (one is None or one < other)


def _after_strictly(one: datetime | None, other: datetime | None) -> bool:
    """An unbounded end is after everything."""
    return other is not None and (one is None or one > other)


def _is_quantity(value: fhir.Amount, asked: fhir.QuantityCriterion) -> bool:
    """Compare an interval with a value and its implicit precision (R4, 3.1.1.4.6)."""
    if asked.code is not None and asked.code not in {value.code, value.unit}:
        return False
    low, high = asked.value - asked.half_width, asked.value + asked.half_width
    within = low <= value.low and value.high < high
    found = {
        "gt": value.high > asked.value,
        "lt": value.low < asked.value,
        "ge": value.high >= asked.value,
        "le": value.low <= asked.value,
        "sa": value.low > asked.value,
        "eb": value.high < asked.value,
        "ne": not within,
    }
    return found.get(asked.prefix, within)
