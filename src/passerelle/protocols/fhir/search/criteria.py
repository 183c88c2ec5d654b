"""What a search asks for: one criterion per alternative of a value of the query string."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from passerelle.protocols.fhir.search.values import DateRange


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
class TextCriterion:
    """The text of a coded element begins with this, folded."""

    text: str


@dataclass(frozen=True, slots=True)
class OfTypeCriterion:
    """An identifier of this type (its system and code) with this value."""

    system: str
    code: str
    value: str


@dataclass(frozen=True, slots=True)
class SetCriterion:
    """A code of a value set, or when `negated` of none of it."""

    url: str
    negated: bool


@dataclass(frozen=True, slots=True)
class HierarchyCriterion:
    """A code and what it subsumes (`below`), or what subsumes it."""

    system: str | None
    code: str
    below: bool


@dataclass(frozen=True, slots=True)
class StringCriterion:
    """`mode` is starts, contains or exact; `text` is folded unless exact."""

    mode: str
    text: str


@dataclass(frozen=True, slots=True)
class ReferenceCriterion:
    """`type` None: any type with this id; `url`: an address outside this server, or a canonical one."""

    type: str | None
    id: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class IdentifierCriterion:
    """A reference that carries this identifier instead of an address; as in a token."""

    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class QuantityCriterion:
    """`half_width` is the implicit precision: 5.4 covers 5.35 to 5.45. A number has no system and no code."""

    prefix: str
    value: Decimal
    half_width: Decimal
    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class UriCriterion:
    """`mode` is exact, below (keeps what starts with the URI) or above (what the URI starts with)."""

    uri: str
    mode: str = "exact"


@dataclass(frozen=True, slots=True)
class MissingCriterion:
    """The parameter has no value (`missing`), or has one."""

    missing: bool


@dataclass(frozen=True, slots=True)
class CompositeCriterion:
    """One criterion for each component, all met by the same item."""

    parts: tuple["Criterion", ...]


Criterion: TypeAlias = (
    DateCriterion
    | TokenCriterion
    | TextCriterion
    | OfTypeCriterion
    | SetCriterion
    | HierarchyCriterion
    | StringCriterion
    | ReferenceCriterion
    | IdentifierCriterion
    | QuantityCriterion
    | UriCriterion
    | MissingCriterion
    | CompositeCriterion
)
