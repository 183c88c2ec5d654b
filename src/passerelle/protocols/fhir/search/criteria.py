"""What a search asks for: one criterion per value of the query string."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from passerelle.protocols.fhir.codec import FhirError
from passerelle.protocols.fhir.search.definitions import SearchKind
from passerelle.protocols.fhir.search.values import DateRange, date_range, fold

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_REFERENCE = re.compile(
    r"((?P<base>https?://\S+?)/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})(/_history/\S+)?"
)
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_MODIFIERS: dict[SearchKind, tuple[str, ...]] = {
    SearchKind.STRING: ("exact", "contains"),
    SearchKind.TOKEN: ("not",),
    SearchKind.URI: ("below",),
}


@dataclass(frozen=True, slots=True)
class DateCriterion:
    """`prefix` compares the range asked with the range found."""

    prefix: str
    asked: DateRange


@dataclass(frozen=True, slots=True)
class TokenCriterion:
    """`system` None: any; "" : a code without system. `code` None: any code of the system."""

    system: str | None
    code: str | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class StringCriterion:
    """`mode` is starts, contains or exact; `text` is folded unless exact."""

    mode: str
    text: str


@dataclass(frozen=True, slots=True)
class ReferenceCriterion:
    """`type` None: any type with this id; `url`: an address outside this server."""

    type: str | None
    id: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class QuantityCriterion:
    """`half_width` is the implicit precision: 5.4 covers 5.35 to 5.45."""

    prefix: str
    value: Decimal
    half_width: Decimal
    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class UriCriterion:
    """`below` keeps also what starts with the URI."""

    uri: str
    below: bool = False


@dataclass(frozen=True, slots=True)
class MissingCriterion:
    """The parameter has no value (`missing`), or has one."""

    missing: bool


Criterion: TypeAlias = (
    DateCriterion
    | TokenCriterion
    | StringCriterion
    | ReferenceCriterion
    | QuantityCriterion
    | UriCriterion
    | MissingCriterion
)


def parse(kind: SearchKind, raw: str, modifier: str = "") -> list[Criterion]:
    """Return the alternatives (OR) of one query-string value; `modifier` is what follows the colon.

    Raises:
        FhirError: the value has not the form of its kind, or the modifier is unknown.
    """
    if modifier == "missing":
        if raw not in {"true", "false"}:
            raise FhirError(why=":missing attend true ou false")
        return [MissingCriterion(raw == "true")]
    is_type = kind is SearchKind.REFERENCE and modifier[:1].isupper()
    if modifier and not is_type and modifier not in _MODIFIERS.get(kind, ()):
        raise FhirError(why=f"modificateur inconnu pour ce paramètre : :{modifier[:20]}")
    return [_one(kind, value, modifier) for value in split_alternatives(raw)]


def split_alternatives(raw: str) -> list[str]:
    r"""Split on commas that no backslash escapes; `\$` and `\|` stay for their own parser."""
    found = [part.replace(r"\,", ",") for part in re.split(r"(?<!\\),", raw) if part]
    if not found:
        raise FhirError(why="valeur de recherche vide")
    return found


def _one(kind: SearchKind, value: str, modifier: str) -> Criterion:
    match kind:
        case SearchKind.DATE:
            return parse_date(value)
        case SearchKind.TOKEN:
            return parse_token(value, negated=modifier == "not")
        case SearchKind.STRING:
            return parse_string(value, modifier)
        case SearchKind.REFERENCE:
            return parse_reference(value, modifier)
        case SearchKind.QUANTITY:
            return parse_quantity(value)
        case SearchKind.URI:
            return UriCriterion(value, below=modifier == "below")


def _prefixed(value: str) -> tuple[str, str]:
    return (value[:2], value[2:]) if value[:2] in PREFIXES else ("eq", value)


def parse_date(value: str) -> DateCriterion:
    """Return a prefix and the range of moments asked."""
    prefix, text = _prefixed(value)
    return DateCriterion(prefix, date_range(text.replace(" ", "+")))


def parse_token(value: str, *, negated: bool = False) -> TokenCriterion:
    """Read `code`, `system|code`, `|code` or `system|`."""
    system, bar, code = re.sub(r"\\\|", "\0", value).partition("|")
    if not bar:
        return TokenCriterion(None, system.replace("\0", "|"), negated)
    if not system and not code:
        raise FhirError(why="jeton vide : attendu système|code")
    return TokenCriterion(system, code.replace("\0", "|") or None, negated)


def parse_string(value: str, modifier: str = "") -> StringCriterion:
    """Return text to compare: starts with, without accents or case, unless :exact."""
    if modifier == "exact":
        return StringCriterion("exact", value)
    return StringCriterion("contains" if modifier == "contains" else "starts", fold(value))


def parse_reference(value: str, modifier: str = "") -> ReferenceCriterion:
    """Read `id`, `Type/id` or a URL; `modifier` is a type, such as Patient in `subject:Patient`."""
    found = _REFERENCE.fullmatch(value)
    if found:
        return ReferenceCriterion(found["type"], found["id"], value if found["base"] else None)
    if _ID.fullmatch(value):
        return ReferenceCriterion(modifier or None, value)
    if value.startswith(("urn:", "http://", "https://")):
        return ReferenceCriterion(None, "", value)
    raise FhirError(why=f"référence illisible : {value[:60]}")


def parse_quantity(value: str) -> QuantityCriterion:
    """Read `[prefix]number`, `number|system|code` or `number||code`."""
    prefix, text = _prefixed(value)
    number, _, unit = text.partition("|")
    system, _, code = unit.partition("|")
    if not _NUMBER.fullmatch(number):
        raise FhirError(why=f"quantité illisible : {value[:40]}")
    amount = Decimal(number)
    exponent = int(amount.as_tuple().exponent)
    return QuantityCriterion(prefix, amount, Decimal(5).scaleb(exponent - 1), system or None, code or None)
