"""Search criteria read in the resource itself: what is asked too seldom to be indexed.

They are for rows that other criteria have found: each reading costs the parsing of a resource.
"""

from collections.abc import Callable, Sequence

import orjson

from passerelle.care.record.selectors.indexed import amounts_path
from passerelle.care.record.selectors.sql import NOTHING, Clause, joined, like
from passerelle.protocols.fhir import api as fhir


def missing_clause(parameter: fhir.SearchParameter, alias: str, *, is_missing: bool) -> Clause:
    """Ask whether any element of the parameter is there."""
    paths = [fhir.json_path(path) for path in parameter.paths]
    if parameter.is_limited:
        paths = [f"{path}.reference ? ({_starts(parameter.targets)})" for path in paths]
    there = joined("OR", [_exists(alias, path) for path in paths])
    return Clause(f"NOT {there.sql}", there.values) if is_missing else there


def _starts(types: Sequence[str]) -> str:
    return " || ".join(f'@ starts with "{one}/"' for one in types)


def _exists(alias: str, path: str, values: dict[str, str] | None = None) -> Clause:
    told = orjson.dumps(values or {}).decode()
    return Clause(f"jsonb_path_exists({alias}.body::jsonb, %s::jsonpath, %s::jsonb, true)", (path, told))


def exact_clause(parameter: fhir.SearchParameter, text: str, alias: str) -> Clause:
    """Compare a text as it is written, accents and case included."""
    ways = [
        f'{fhir.json_path(path)}.** ? (@.type() == "string" && @ == $t)'
        if _is_structured(parameter, path)
        else f"{fhir.json_path(path)} ? (@ == $t)"
        for path in parameter.paths
    ]
    return joined("OR", [_exists(alias, way, {"t": text}) for way in ways])


def _is_structured(parameter: fhir.SearchParameter, path: str) -> bool:
    return parameter.kind is fhir.SearchKind.STRING and path in {"name", "address", "contact.name"}


def text_clause(parameter: fhir.SearchParameter, criterion: fhir.TextCriterion, alias: str) -> Clause:
    """Compare the beginning of the text or of the displays of a coded element."""
    parts = [
        Clause(
            f"EXISTS (SELECT FROM jsonb_path_query({alias}.body::jsonb, %s::jsonpath, '{{}}', true) AS held"
            " WHERE record_fold(held #>> '{}') LIKE %s)",
            (f"{fhir.json_path(path)}.{told}", f"{like(criterion.text)}%"),
        )
        for path in parameter.paths
        for told in ("text", "coding.display", "display", "type.text")
    ]
    return joined("OR", parts)


def of_type_clause(parameter: fhir.SearchParameter, criterion: fhir.OfTypeCriterion, alias: str) -> Clause:
    """Compare an identifier with the type it is said to be of."""
    told = "@.value == $v && exists(@.type.coding[*] ? (@.system == $s && @.code == $c))"
    values = {"v": criterion.value, "s": criterion.system, "c": criterion.code}
    return joined("OR", [_exists(alias, f"{fhir.json_path(path)} ? ({told})", values) for path in parameter.paths])


def uri_clause(parameter: fhir.SearchParameter, criterion: fhir.UriCriterion, alias: str) -> Clause:
    """Ask for an address under the one told (`below`), or over it."""
    test = "held #>> '{}' = %s OR held #>> '{}' LIKE %s"
    values = (criterion.uri, f"{like(criterion.uri.rstrip('/'))}/%")
    if criterion.mode == "above":
        test, values = "%s = held #>> '{}' OR starts_with(%s, rtrim(held #>> '{}', '/') || '/')", (criterion.uri,) * 2
    return joined(
        "OR",
        [
            Clause(
                f"EXISTS (SELECT FROM jsonb_path_query({alias}.body::jsonb, %s::jsonpath) AS held WHERE {test})",
                (f"{fhir.json_path(path)}[*]", *values),
            )
            for path in parameter.paths
        ],
    )


def item_clause(base: str, parts: Sequence[fhir.Part], criteria: Sequence[fhir.Criterion], alias: str) -> Clause:
    """Ask for one item, at the path `base`, whose components all match."""
    item = f"item_{alias}"
    matched = joined("AND", [_part(part, one, item) for part, one in zip(parts, criteria, strict=True)])
    return Clause(
        f"EXISTS (SELECT FROM jsonb_path_query({alias}.body::jsonb, %s::jsonpath) AS {item} WHERE {matched.sql})",
        (f"{fhir.json_path(base)}[*]", *matched.values),
    )


def _part(part: fhir.Part, criterion: fhir.Criterion, item: str) -> Clause:
    read = _PARTS.get(type(criterion))
    if read is None:
        return NOTHING
    return joined("OR", [read(criterion, item, fhir.json_path(path)) for path in part.paths])


def _token_part(criterion: fhir.Criterion, item: str, path: str) -> Clause:
    if not isinstance(criterion, fhir.TokenCriterion):
        return NOTHING
    tests, values = [], dict[str, str]()
    if criterion.code is not None:
        tests.append("(@.code == $c || @.value == $c)")
        values["c"] = criterion.code
    if criterion.system:
        tests.append("@.system == $s")
        values["s"] = criterion.system
    elif criterion.system == "":
        tests.append("!exists(@.system)")
    coded = f"{path}.coding[*] ? ({' && '.join(tests)})"
    ways = [_inside(item, coded, values), _inside(item, f"{path} ? ({' && '.join(tests)})", values)]
    if criterion.code is not None and not criterion.system:
        ways.append(_inside(item, f"{path} ? (@ == $c)", {"c": criterion.code}))
    if criterion.code in {"true", "false"}:
        ways.append(_inside(item, f"{path} ? (@ == {criterion.code})", {}))
    return joined("OR", ways)


def _inside(item: str, path: str, values: dict[str, str]) -> Clause:
    told = orjson.dumps(values).decode()
    return Clause(f"jsonb_path_exists({item}, %s::jsonpath, %s::jsonb, true)", (path, told))


def _quantity_part(criterion: fhir.Criterion, item: str, path: str) -> Clause:
    if not isinstance(criterion, fhir.QuantityCriterion):
        return NOTHING
    told, values = amounts_path(criterion)
    shape = (
        "jsonb_build_array(coalesce(held -> 'low' -> 'value', held -> 'value', held),"
        " coalesce(held -> 'high' -> 'value', held -> 'value', held),"
        " coalesce(held -> 'system', held -> 'low' -> 'system'), coalesce(held -> 'code', held -> 'low' -> 'code'),"
        " coalesce(held -> 'unit', held -> 'low' -> 'unit'))"
    )
    return Clause(
        f"EXISTS (SELECT FROM jsonb_path_query({item}, %s::jsonpath) AS held WHERE jsonb_path_exists({shape},"
        " %s::jsonpath, %s::jsonb, true))",
        (path, f"strict $ ? ({told})", orjson.dumps(values).decode()),
    )


def _string_part(criterion: fhir.Criterion, item: str, path: str) -> Clause:
    if not isinstance(criterion, fhir.StringCriterion):
        return NOTHING
    return Clause(
        f"EXISTS (SELECT FROM jsonb_path_query({item}, %s::jsonpath) AS held"
        " WHERE record_fold(held #>> '{}') LIKE %s)",
        (path, f"{like(criterion.text)}%"),
    )


def _reference_part(criterion: fhir.Criterion, item: str, path: str) -> Clause:
    if not isinstance(criterion, fhir.ReferenceCriterion):
        return NOTHING
    if criterion.url is not None or criterion.type is not None:
        told = criterion.url or f"{criterion.type}/{criterion.id}"
        return _inside(item, f"{path}.reference ? (@ == $t)", {"t": told})
    return Clause(
        f"EXISTS (SELECT FROM jsonb_path_query({item}, %s::jsonpath) AS held WHERE held #>> '{{}}' LIKE %s)",
        (f"{path}.reference", f"%/{like(criterion.id)}"),
    )


_PARTS: dict[type[fhir.Criterion], Callable[[fhir.Criterion, str, str], Clause]] = {
    fhir.TokenCriterion: _token_part,
    fhir.QuantityCriterion: _quantity_part,
    fhir.StringCriterion: _string_part,
    fhir.ReferenceCriterion: _reference_part,
}
