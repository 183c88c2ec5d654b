"""From the query string to criteria. Source: http://hl7.org/fhir/R4/search.html."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from passerelle.protocols.fhir.codec import FhirError
from passerelle.protocols.fhir.search.criteria import (
    CompositeCriterion,
    Criterion,
    DateCriterion,
    HierarchyCriterion,
    IdentifierCriterion,
    MissingCriterion,
    OfTypeCriterion,
    QuantityCriterion,
    ReferenceCriterion,
    SetCriterion,
    StringCriterion,
    TextCriterion,
    TokenCriterion,
    UriCriterion,
)
from passerelle.protocols.fhir.search.definitions import Part, SearchKind
from passerelle.protocols.fhir.search.values import date_range, fold

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
MODIFIERS: Mapping[SearchKind, tuple[str, ...]] = {
    SearchKind.STRING: ("exact", "contains"),
    SearchKind.TOKEN: ("not", "text", "in", "not-in", "of-type", "above", "below"),
    SearchKind.REFERENCE: ("identifier",),
    SearchKind.URI: ("above", "below"),
}
MOST_ALTERNATIVES = 200
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?")
_REFERENCE = re.compile(
    r"((?P<base>https?://\S+?)/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})(/_history/\S+)?"
)
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_LONGEST = 2_000


def parse(kind: SearchKind, raw: str, modifier: str = "", parts: Sequence[Part] = ()) -> list[Criterion]:
    """Return the alternatives (OR) of one query-string value; `modifier` is what follows the colon.

    `parts` are the components of a composite parameter.

    Raises:
        FhirError: the value has not the form of its kind, or the modifier is unknown.
    """
    if modifier == "missing":
        if raw not in {"true", "false"}:
            raise FhirError(why=":missing attend true ou false")
        return [MissingCriterion(raw == "true")]
    is_type = kind is SearchKind.REFERENCE and modifier[:1].isupper()
    if modifier and not is_type and modifier not in MODIFIERS.get(kind, ()):
        raise FhirError(why=f"modificateur inconnu pour ce paramètre : :{modifier[:20]}")
    if "\0" in raw or len(raw) > _LONGEST * 4:
        raise FhirError(why="valeur trop longue, ou qui contient un caractère nul")
    if kind is SearchKind.COMPOSITE:
        return [parse_composite(value, parts) for value in split_alternatives(raw)]
    return [_one(kind, value, modifier) for value in split_alternatives(raw)]


def split(raw: str, mark: str) -> list[str]:
    """Return the parts between unescaped marks, their own escapes left as they are."""
    if "\\" not in raw:
        return raw.split(mark)
    found, is_escaped = [""], False
    for char in raw:
        if char == mark and not is_escaped:
            found.append("")
        else:
            found[-1] += char
        is_escaped = char == "\\" and not is_escaped
    return found


def unescaped(text: str) -> str:
    r"""Return text without its escapes: `\,` `\|` `\$` `\\`."""
    return re.sub(r"\\([,|$\\])", r"\1", text) if "\\" in text else text


def split_alternatives(raw: str) -> list[str]:
    r"""Split on commas that no backslash escapes; the escapes of each part stay for its own parser."""
    found = [part for part in split(raw, ",") if part]
    if not found:
        raise FhirError(why="valeur de recherche vide")
    if len(found) > MOST_ALTERNATIVES:
        raise FhirError(why=f"trop de valeurs : {MOST_ALTERNATIVES} au plus")
    return found


def _one(kind: SearchKind, value: str, modifier: str) -> Criterion:
    if kind is SearchKind.TOKEN and modifier:
        return _MODIFIED[modifier](value)
    if kind is SearchKind.REFERENCE and modifier == "identifier":
        token = parse_token(value)
        return IdentifierCriterion(token.system, token.code)
    return _PARSERS[kind](value, modifier)


def _prefixed(value: str) -> tuple[str, str]:
    return (value[:2], value[2:]) if value[:2] in PREFIXES else ("eq", value)


def parse_date(value: str) -> DateCriterion:
    """Return a prefix and the range of moments asked."""
    prefix, text = _prefixed(value)
    return DateCriterion(prefix, date_range(text.replace(" ", "+")))


def parse_token(value: str, *, negated: bool = False) -> TokenCriterion:
    """Read `code`, `system|code`, `|code` or `system|`."""
    parts = split(value, "|")
    if len(parts) == 1:
        return TokenCriterion(None, unescaped(value), negated)
    system, code = unescaped(parts[0]), unescaped("|".join(parts[1:]))
    if not system and not code:
        raise FhirError(why="jeton vide : attendu système|code")
    return TokenCriterion(system, code or None, negated)


def _negated(value: str) -> Criterion:
    return parse_token(value, negated=True)


def _of_type(value: str) -> Criterion:
    parts = [unescaped(part) for part in split(value, "|")]
    if len(parts) != 3 or not all(parts):
        raise FhirError(why=":of-type attend système|code|valeur")
    return OfTypeCriterion(*parts)


def _hierarchy(value: str, *, below: bool) -> Criterion:
    token = parse_token(value)
    if token.code is None:
        raise FhirError(why="un code est attendu")
    return HierarchyCriterion(token.system, token.code, below)


_MODIFIED: Mapping[str, Callable[[str], Criterion]] = {
    "not": _negated,
    "text": lambda value: TextCriterion(fold(unescaped(value))),
    "in": lambda value: SetCriterion(unescaped(value), negated=False),
    "not-in": lambda value: SetCriterion(unescaped(value), negated=True),
    "of-type": _of_type,
    "above": lambda value: _hierarchy(value, below=False),
    "below": lambda value: _hierarchy(value, below=True),
}


def parse_string(value: str, modifier: str = "") -> StringCriterion:
    """Return text to compare: starts with, without accents or case, unless :exact."""
    text = unescaped(value)
    if modifier == "exact":
        return StringCriterion("exact", text)
    return StringCriterion("contains" if modifier == "contains" else "starts", fold(text))


def parse_reference(value: str, modifier: str = "") -> ReferenceCriterion:
    """Read `id`, `Type/id` or a URL; `modifier` is a type, such as Patient in `subject:Patient`."""
    text = unescaped(value)
    found = _REFERENCE.fullmatch(text)
    if found:
        return ReferenceCriterion(found["type"], found["id"], text if found["base"] else None)
    if _ID.fullmatch(text):
        return ReferenceCriterion(modifier or None, text)
    if text.startswith(("urn:", "http://", "https://")):
        return ReferenceCriterion(None, "", text)
    raise FhirError(why=f"référence illisible : {text[:60]}")


def parse_quantity(value: str) -> QuantityCriterion:
    """Read `[prefix]number`, `number|system|code` or `number||code`."""
    prefix, text = _prefixed(value)
    number, *unit = split(text, "|")
    if not _NUMBER.fullmatch(number) or len(unit) not in {0, 2}:
        raise FhirError(why=f"quantité illisible : {value[:40]}")
    amount = Decimal(number)
    exponent = int(amount.as_tuple().exponent)
    system, code = (unescaped(part) for part in unit) if unit else ("", "")
    return QuantityCriterion(prefix, amount, Decimal(5).scaleb(exponent - 1), system or None, code or None)


def parse_number(value: str) -> QuantityCriterion:
    """Read `[prefix]number`."""
    if "|" in value:
        raise FhirError(why=f"nombre illisible : {value[:40]}")
    return parse_quantity(value)


def parse_composite(value: str, parts: Sequence[Part]) -> CompositeCriterion:
    """Read `value$value`, one for each component."""
    told = split(value, "$")
    if len(told) != len(parts) or not all(told):
        raise FhirError(why=f"attendu {len(parts)} valeurs jointes par $")
    return CompositeCriterion(tuple(_one(part.kind, one, "") for part, one in zip(parts, told, strict=True)))


_PARSERS: Mapping[SearchKind, Callable[[str, str], Criterion]] = {
    SearchKind.DATE: lambda value, _: parse_date(value),
    SearchKind.TOKEN: lambda value, _: parse_token(value),
    SearchKind.STRING: parse_string,
    SearchKind.REFERENCE: parse_reference,
    SearchKind.QUANTITY: lambda value, _: parse_quantity(value),
    SearchKind.NUMBER: lambda value, _: parse_number(value),
    SearchKind.URI: lambda value, modifier: UriCriterion(unescaped(value), modifier or "exact"),
}
