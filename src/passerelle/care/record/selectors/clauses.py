"""From one search parameter and its value to a condition on an alias of the resource table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from passerelle.care.record.rules.parameters import SEARCHED, Reads, Searched, is_repeated
from passerelle.care.record.selectors import bodies, indexed, typed
from passerelle.care.record.selectors.sql import (
    EVERYTHING,
    NOTHING,
    Clause,
    SearchError,
    TooCostly,
    UnknownParameter,
    joined,
    negated,
)
from passerelle.care.record.selectors.valuesets import codes_around, codes_of
from passerelle.protocols.fhir import api as fhir

__all__ = [
    "EVERYTHING",
    "NOTHING",
    "Clause",
    "SearchError",
    "TooCostly",
    "UnknownParameter",
    "clause_of",
    "clauses",
    "criterion_clause",
]
_NEGATED: Final = ("not", "not-in")


def clauses(type_: str, params: Mapping[str, Sequence[str]], alias: str = "r") -> list[Clause]:
    """Return one clause per value of each parameter (AND); alternatives inside a value are joined by OR.

    Raises:
        SearchError: a parameter is unknown for this type, or a value ill-formed.
    """
    return [clause_of(type_, told, value, alias) for told, values in params.items() for value in values]


def clause_of(type_: str, told: str, raw: str, alias: str) -> Clause:
    """Return the condition of one parameter, with its modifier, and one value.

    Raises:
        SearchError: the parameter is unknown for this type, or the value ill-formed.
    """
    name, _, modifier = told.partition(":")
    parameter = fhir.SEARCH[type_].get(name)
    if parameter is None or name not in SEARCHED[type_]:
        raise UnknownParameter(told, f"paramètre de recherche inconnu pour {type_}")
    try:
        criteria = fhir.parse(parameter.kind, raw, modifier, parameter.parts)
    except fhir.FhirError as fault:
        raise SearchError(told, fault.why) from fault
    _check_type_modifier(type_, told, parameter, modifier)
    found = joined("OR", [criterion_clause(type_, name, one, alias) for one in criteria])
    return negated(found) if modifier in _NEGATED else found


def _check_type_modifier(type_: str, told: str, parameter: fhir.SearchParameter, modifier: str) -> None:
    is_type = modifier[:1].isupper()
    if is_type and (modifier not in fhir.SEARCH or (parameter.targets and modifier not in parameter.targets)):
        raise SearchError(told, f"{modifier[:40]} n’est pas une cible de ce paramètre de {type_}")


def criterion_clause(type_: str, name: str, criterion: fhir.Criterion, alias: str) -> Clause:
    """Return the condition of one criterion of a parameter; its negation is the caller's."""
    searched, parameter = SEARCHED[type_][name], fhir.SEARCH[type_][name]
    special = _SPECIAL.get(type(criterion))
    if special is not None:
        return special(type_, name, criterion, alias)
    if isinstance(criterion, fhir.StringCriterion) and criterion.mode == "exact":
        return bodies.exact_clause(parameter, criterion.text, alias)
    found = [_READS[searched.reads](type_, name, searched, criterion, alias)] if searched.column else []
    return joined("OR", [*found, *(criterion_clause(type_, one, criterion, alias) for one in searched.among)])


_Read: TypeAlias = Callable[[str, str, Searched, fhir.Criterion, str], Clause]


def _token(type_: str, name: str, searched: Searched, criterion: fhir.Criterion, alias: str) -> Clause:
    if not isinstance(criterion, fhir.TokenCriterion):
        return NOTHING
    if searched.reads is Reads.TERMS:
        if (type_, name, criterion.code) == ("Patient", "deceased", "false"):
            return negated(indexed.token_term(f"{type_}.{name}", fhir.TokenCriterion(None, "true"), alias))
        return indexed.token_term(f"{type_}.{name}", criterion, alias)
    if searched.reads is Reads.IDENTIFIERS and criterion.system is None:
        return indexed.token_term(f"{type_}.{name}", criterion, alias)
    return typed.token_clause(searched, criterion, alias)


def _terms(type_: str, name: str, searched: Searched, criterion: fhir.Criterion, alias: str) -> Clause:
    prefix = f"{type_}.{name}"
    if isinstance(criterion, fhir.ReferenceCriterion):
        return indexed.reference_term(type_, name, criterion, alias)
    if isinstance(criterion, fhir.UriCriterion):
        return indexed.has_term(alias, f"{prefix}={criterion.uri}")
    return _token(type_, name, searched, criterion, alias)


def _subject(type_: str, name: str, searched: Searched, criterion: fhir.Criterion, alias: str) -> Clause:
    if not isinstance(criterion, fhir.ReferenceCriterion):
        return NOTHING
    is_patient = searched.reads is Reads.SUBJECT
    found = typed.subject_clause(criterion, alias) if is_patient else typed.encounter_clause(criterion, alias)
    if may_be_elsewhere(type_, name, criterion):
        return joined("OR", [found, indexed.reference_term(type_, name, criterion, alias)])
    return found


def may_be_elsewhere(type_: str, name: str, criterion: fhir.ReferenceCriterion) -> bool:
    """Tell whether a link may be among the terms: it repeats, or it is of another type than its column's."""
    held = "Patient" if SEARCHED[type_][name].reads is Reads.SUBJECT else "Encounter"
    if is_repeated(type_, name) or criterion.url is not None:
        return True
    targets = fhir.SEARCH[type_][name].targets
    return criterion.type != held and (not targets or set(targets) != {held})


def _date(_: str, name: str, searched: Searched, criterion: fhir.Criterion, alias: str) -> Clause:
    if not isinstance(criterion, fhir.DateCriterion):
        return NOTHING
    if searched.reads is Reads.MOMENTS:
        return indexed.moments_clause(name, criterion, alias)
    found = typed.date_clause(searched, criterion, alias)
    if searched.reads is Reads.DAY:  # a year or a month alone is among the extras
        return joined("OR", [found, indexed.moments_clause(name, criterion, alias)])
    return found


def _string(type_: str, name: str, searched: Searched, criterion: fhir.Criterion, alias: str) -> Clause:
    if not isinstance(criterion, fhir.StringCriterion):
        return NOTHING
    if searched.reads is Reads.NAMES:
        return typed.names_clause(type_, searched, criterion, alias)
    return indexed.string_clause(type_, name, criterion, alias)


def _amount(_: str, name: str, searched: Searched, criterion: fhir.Criterion, alias: str) -> Clause:
    if not isinstance(criterion, fhir.QuantityCriterion):
        return NOTHING
    if searched.reads is Reads.NUMBER:
        return typed.number_clause(criterion, alias)
    return indexed.amounts_clause(name, criterion, alias)


def _composite(type_: str, name: str, _: Searched, criterion: fhir.Criterion, alias: str) -> Clause:
    if not isinstance(criterion, fhir.CompositeCriterion):
        return NOTHING
    parameter = fhir.SEARCH[type_][name]
    return joined("OR", [_of_base(type_, base, parameter, criterion, alias) for base in parameter.paths])


def _of_base(
    type_: str, base: str, parameter: fhir.SearchParameter, criterion: fhir.CompositeCriterion, alias: str
) -> Clause:
    """Return the condition of the components at one place: their own parameters, then that one item has them all."""
    alone = [
        criterion_clause(type_, known, one, alias)
        for part, one in zip(parameter.parts, criterion.parts, strict=True)
        if (known := _parameter_of(type_, base, part)) is not None
    ]
    if not base and len(alone) == len(parameter.parts):  # the item is the resource: nothing more to ask
        return joined("AND", alone)
    return joined("AND", [*alone, bodies.item_clause(base, parameter.parts, criterion.parts, alias)])


def _parameter_of(type_: str, base: str, part: fhir.Part) -> str | None:
    """Return the parameter of the type that finds what a component does."""
    paths = {f"{base}.{path}" if base else path for path in part.paths}
    return next(
        (name for name, one in fhir.SEARCH[type_].items() if one.kind is part.kind and paths <= set(one.paths)), None
    )


_READS: Final[Mapping[Reads, _Read]] = {
    Reads.ID: _token,
    Reads.TOKEN: _token,
    Reads.TOKENS: _token,
    Reads.IDENTIFIERS: _token,
    Reads.CODE: _token,
    Reads.TERMS: _terms,
    Reads.UPDATED: _date,
    Reads.DATES: _date,
    Reads.DAY: _date,
    Reads.MOMENTS: _date,
    Reads.NAMES: _string,
    Reads.STRINGS: _string,
    Reads.SUBJECT: _subject,
    Reads.ENCOUNTER: _subject,
    Reads.NUMBER: _amount,
    Reads.AMOUNTS: _amount,
    Reads.COMPOSITE: _composite,
}
_Special: TypeAlias = Callable[[str, str, fhir.Criterion, str], Clause]


def _missing(type_: str, name: str, criterion: fhir.Criterion, alias: str) -> Clause:
    assert isinstance(criterion, fhir.MissingCriterion)  # noqa: S101 - how the table below is made
    column = _SAID.get(SEARCHED[type_][name].reads)
    if column is None:
        return bodies.missing_clause(fhir.SEARCH[type_][name], alias, is_missing=criterion.missing)
    return Clause(f"{alias}.{SEARCHED[type_][name].column} IS {'' if criterion.missing else 'NOT '}NULL")


_SAID: Final = dict.fromkeys((Reads.ID, Reads.UPDATED, Reads.TOKEN, Reads.TOKENS, Reads.CODE, Reads.IDENTIFIERS), True)


def _text(type_: str, name: str, criterion: fhir.Criterion, alias: str) -> Clause:
    assert isinstance(criterion, fhir.TextCriterion)  # noqa: S101 - as above
    return bodies.text_clause(fhir.SEARCH[type_][name], criterion, alias)


def _of_type(type_: str, name: str, criterion: fhir.Criterion, alias: str) -> Clause:
    assert isinstance(criterion, fhir.OfTypeCriterion)  # noqa: S101 - as above
    value = criterion_clause(type_, name, fhir.TokenCriterion(None, criterion.value), alias)
    return joined("AND", [value, bodies.of_type_clause(fhir.SEARCH[type_][name], criterion, alias)])


def _in_set(type_: str, name: str, criterion: fhir.Criterion, alias: str) -> Clause:
    assert isinstance(criterion, fhir.SetCriterion)  # noqa: S101 - as above
    found = codes_of(criterion.url)
    if found is None:
        raise SearchError(name, f"jeu de valeurs inconnu ou trop grand : {criterion.url[:100]}")
    return _codes(type_, name, found, alias)


def _around(type_: str, name: str, criterion: fhir.Criterion, alias: str) -> Clause:
    assert isinstance(criterion, fhir.HierarchyCriterion)  # noqa: S101 - as above
    found = codes_around(criterion.system, criterion.code, below=criterion.below)
    return _codes(type_, name, found, alias)


def _codes(type_: str, name: str, codes: Sequence[tuple[str | None, str]], alias: str) -> Clause:
    return joined(
        "OR",
        [criterion_clause(type_, name, fhir.TokenCriterion(system, code), alias) for system, code in codes]
        or [NOTHING],
    )


def _identifier(type_: str, name: str, criterion: fhir.Criterion, alias: str) -> Clause:
    assert isinstance(criterion, fhir.IdentifierCriterion)  # noqa: S101 - as above
    asked = fhir.TokenCriterion(criterion.system, criterion.code)
    return indexed.token_term(f"{type_}.{name}:identifier", asked, alias)


def _uri(type_: str, name: str, criterion: fhir.Criterion, alias: str) -> Clause:
    assert isinstance(criterion, fhir.UriCriterion)  # noqa: S101 - as above
    if criterion.mode == "exact":
        return indexed.has_term(alias, f"{type_}.{name}={criterion.uri}")
    return bodies.uri_clause(fhir.SEARCH[type_][name], criterion, alias)


_SPECIAL: Final[Mapping[type[fhir.Criterion], _Special]] = {
    fhir.MissingCriterion: _missing,
    fhir.TextCriterion: _text,
    fhir.OfTypeCriterion: _of_type,
    fhir.SetCriterion: _in_set,
    fhir.HierarchyCriterion: _around,
    fhir.IdentifierCriterion: _identifier,
    fhir.UriCriterion: _uri,
}
