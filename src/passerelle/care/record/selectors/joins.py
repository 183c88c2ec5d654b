"""Searches through links: chains (`patient.name`) and reverse chains (`_has`), each alias under the access decision.

What a viewer may not know of must not show by what it is linked to: the decision is asked on every alias.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from passerelle.care.record.rules.parameters import SEARCHED, Reads
from passerelle.care.record.selectors.clauses import clause_of
from passerelle.care.record.selectors.cost import Budget
from passerelle.care.record.selectors.sql import NOTHING, Clause, SearchError, UnknownParameter, joined
from passerelle.protocols.fhir import api as fhir

DEEPEST: Final = 3
_CANONICAL: Final = frozenset({"CodeSystem", "ConceptMap", "Questionnaire", "ValueSet"})
Visible = Callable[[str, str], Clause]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a search is compiled with: what the viewer may know of (type, alias), and what it may cost."""

    visible: Visible
    budget: Budget


def conditions(
    asking: Asking, type_: str, params: Mapping[str, Sequence[str]], alias: str = "r", depth: int = 0
) -> list[Clause]:
    """Return one condition per value of each parameter, chains and reverse chains included.

    Raises:
        SearchError: a parameter is unknown, a value ill-formed, a chain too deep or without end.
        TooCostly: the search would cost too much.
    """
    return [_one(asking, type_, told, value, alias, depth) for told, values in params.items() for value in values]


def _one(asking: Asking, type_: str, told: str, value: str, alias: str, depth: int) -> Clause:
    if told.startswith("_has:"):
        return _has(asking, type_, told, value, alias, depth)
    if "." in told:
        return _chain(asking, type_, told, value, alias, depth)
    asking.budget.criterion(type_, told, value)
    return clause_of(type_, told, value, alias)


def _deeper(asking: Asking, told: str, depth: int, points: int) -> str:
    if depth >= DEEPEST:
        raise SearchError(told, f"chaîne trop longue : {DEEPEST} liens au plus")
    asking.budget.spend(points, told)
    return f"j{depth + 1}"


def _chain(asking: Asking, type_: str, told: str, value: str, alias: str, depth: int) -> Clause:
    head, _, rest = told.partition(".")
    name, _, only = head.partition(":")
    parameter = _reference(type_, name, told)
    targets = _chained(parameter, only, rest, told)
    asking.budget.spend(8 * (len(targets) - 1), told)
    alternatives = []
    for target in targets:
        inner = _deeper(asking, told, depth, 8)
        inside = joined("AND", [*_rows(asking, target, inner), _one(asking, target, rest, value, inner, depth + 1)])
        alternatives.append(_towards(type_, name, target, alias, inner, inside))
    return joined("OR", alternatives)


def _reference(type_: str, name: str, told: str) -> fhir.SearchParameter:
    parameter = fhir.SEARCH[type_].get(name)
    if parameter is None:
        raise UnknownParameter(told, f"paramètre de recherche inconnu pour {type_}")
    if parameter.kind is not fhir.SearchKind.REFERENCE:
        raise SearchError(told, f"{name} n’est pas une référence : rien ne s’y enchaîne")
    return parameter


def _chained(parameter: fhir.SearchParameter, only: str, rest: str, told: str) -> list[str]:
    """Return the types a chain may go through: those that have the parameter it goes on with."""
    possible = [only] if only else list(parameter.targets or SEARCHED)
    if rest.startswith("_has:"):
        found = [one for one in possible if one in SEARCHED]
    else:
        following = rest.partition(".")[0].partition(":")[0]
        found = [one for one in possible if one in SEARCHED and following in SEARCHED[one]]
    if not found or (only and parameter.targets and only not in parameter.targets):
        raise SearchError(told, "aucune cible de cette référence n’a ce paramètre")
    return found


def _rows(asking: Asking, type_: str, alias: str) -> list[Clause]:
    return [Clause(f"{alias}.type = %s", (type_,)), Clause(f"NOT {alias}.deleted"), asking.visible(type_, alias)]


def _towards(type_: str, name: str, target: str, alias: str, inner: str, inside: Clause) -> Clause:
    """Return the condition that a row links to one of those `inside` finds, asked first."""
    if inside == NOTHING:
        return NOTHING
    reads = SEARCHED[type_][name].reads
    source = f"FROM record_resource {inner} WHERE {inside.sql}"
    if reads is Reads.SUBJECT and target == "Patient":
        return Clause(
            f"{alias}.local_identity_id = ANY(ARRAY(SELECT {inner}.local_identity_id {source}))", inside.values
        )
    if reads is Reads.ENCOUNTER and target == "Encounter":
        both = f"({alias}.local_identity_id, {alias}.encounter)"
        return Clause(f"{both} IN (SELECT {inner}.local_identity_id, {inner}.id {source})", inside.values)
    prefix = f"{type_}.{name}="
    term = f"record_term(%s::text || {inner}.id)"
    values: tuple[str, ...] = (f"{prefix}{target}/",)
    if target in _CANONICAL:
        term, values = (
            f"unnest(ARRAY[{term}, record_term(%s::text || ({inner}.body::json ->> 'url'))])",
            (*values, prefix),
        )
    return Clause(f"{alias}.terms && ARRAY(SELECT {term} {source})", (*values, *inside.values))


def _has(asking: Asking, type_: str, told: str, value: str, alias: str, depth: int) -> Clause:
    parts = told.split(":", 3)
    if len(parts) != 4 or not all(parts):
        raise SearchError(told, "attendu _has:Type:référence:paramètre")
    _, source, name, rest = parts
    if source not in SEARCHED:
        raise SearchError(told, f"type inconnu : {source[:40]}")
    parameter = _reference(source, name, told)
    if parameter.targets and type_ not in parameter.targets:
        raise SearchError(told, f"{source}.{name} ne désigne pas de {type_}")
    inner = _deeper(asking, told, depth, 20)
    asked = [*_rows(asking, source, inner), _one(asking, source, rest, value, inner, depth + 1)]
    inside = joined("AND", [back_link(type_, source, name, alias, inner), *asked])
    return Clause(f"EXISTS (SELECT FROM record_resource {inner} WHERE {inside.sql})", inside.values)


def back_link(type_: str, source: str, name: str, alias: str, inner: str) -> Clause:
    """Return the condition that the row `inner`, of type `source`, links to the row `alias` by this parameter."""
    reads = SEARCHED[source][name].reads
    if reads is Reads.SUBJECT and type_ == "Patient":
        return Clause(f"{inner}.local_identity_id = {alias}.local_identity_id")
    term = Clause(f"{inner}.terms @> ARRAY[record_term(%s::text || {alias}.id)]", (f"{source}.{name}={type_}/",))
    if reads is Reads.ENCOUNTER and type_ == "Encounter":
        held = Clause(f"({inner}.local_identity_id = {alias}.local_identity_id AND {inner}.encounter = {alias}.id)")
        return joined("OR", [held, term]) if source == "DocumentReference" else held
    return term
