"""A questionnaire as the house reads it: pages, items, conditions, scores. Plain values, made by `loading` only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from passerelle.core.ui.api import Labelled


class ItemType(Labelled):
    """The item types of FHIR R4 that are asked here. Source: https://hl7.org/fhir/R4/valueset-item-type.html."""

    GROUP = "group", "groupe"
    DISPLAY = "display", "texte affiché"
    BOOLEAN = "boolean", "oui ou non"
    DECIMAL = "decimal", "nombre"
    INTEGER = "integer", "nombre entier"
    DATE = "date", "date"
    STRING = "string", "texte court"
    TEXT = "text", "texte long"
    CHOICE = "choice", "choix"
    OPEN_CHOICE = "open-choice", "choix ou texte"
    QUANTITY = "quantity", "mesure avec son unité"
    ATTACHMENT = "attachment", "fichier"


class Operator(Labelled):
    """How a condition compares. Source: https://hl7.org/fhir/R4/valueset-questionnaire-enable-operator.html."""

    EXISTS = "exists", "a une réponse"
    EQUALS = "=", "est"
    DIFFERS = "!=", "n’est pas"
    ABOVE = ">", "est plus que"
    BELOW = "<", "est moins que"
    AT_LEAST = ">=", "est au moins"
    AT_MOST = "<=", "est au plus"


NOT_ASKED: Final = frozenset({ItemType.GROUP, ItemType.DISPLAY})
CHOICES: Final = frozenset({ItemType.CHOICE, ItemType.OPEN_CHOICE})
NUMBERS: Final = frozenset({ItemType.INTEGER, ItemType.DECIMAL, ItemType.QUANTITY})
WORDS: Final = frozenset({ItemType.STRING, ItemType.TEXT})


@dataclass(frozen=True, slots=True)
class Choice:
    """An option taken (its code), or a text of one's own (code is "")."""

    code: str
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class FreeText:
    """What was written in the place of an option."""

    text: str


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit (UCUM code)."""

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A file kept by `core.files`, and the title it is shown under."""

    file_id: UUID
    title: str = field(default="", compare=False)


Value = bool | int | Decimal | date | str | Choice | FreeText | Amount | Attached
Answers = Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Option:
    """An answer that is offered; `ordinal` is its weight in scores, `is_watched` marks it for staff."""

    code: str
    display: str
    system: str = ""
    ordinal: Decimal | None = None
    is_watched: bool = False
    is_initial: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One `enableWhen`: the question looked at, how, and the value compared with (a boolean for `exists`)."""

    question: str
    operator: Operator
    answer: Value


@dataclass(frozen=True, slots=True)
class Item:
    """A group, a text or a question; `minimum` and `maximum` bound its value, `watch_*` what staff look at."""

    link_id: str
    type: ItemType
    text: str
    help: str = ""
    required: bool = False
    repeats: bool = False
    is_hidden: bool = False
    max_length: int | None = None
    minimum: Decimal | date | None = None
    maximum: Decimal | date | None = None
    unit: str = ""
    unit_label: str = ""
    options: tuple[Option, ...] = ()
    initial: tuple[Value, ...] = ()
    conditions: tuple[Condition, ...] = ()
    needs_all: bool = True
    watched: bool | None = None
    watch_low: Decimal | None = None
    watch_high: Decimal | None = None
    items: tuple["Item", ...] = ()

    @property
    def is_question(self) -> bool:
        """Tell what is answered from what only frames or explains."""
        return self.type not in NOT_ASKED

    def option(self, code: str) -> Option | None:
        """Return the option of this code."""
        return next((one for one in self.options if one.code == code), None)

    def walk(self) -> Iterator["Item"]:
        """Yield this item, then all beneath it, in the order of the paper."""
        yield self
        for one in self.items:
            yield from one.walk()


@dataclass(frozen=True, slots=True)
class Band:
    """What a score means from `low` to `high`, both included; `level` is a status of the screens."""

    low: Decimal
    high: Decimal
    text: str
    level: str = "neutral"


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """A score: the sum of the weights of its items, read by its bands, with the source of both."""

    code: str
    title: str
    items: tuple[str, ...]
    bands: tuple[Band, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A version of a questionnaire; `source` says where its questions come from and under which licence."""

    url: str
    version: str
    name: str
    title: str
    description: str
    source: str
    items: tuple[Item, ...]
    scores: tuple[ScoreRule, ...] = ()
    resource: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def canonical(self) -> str:
        """Return what a QuestionnaireResponse names: `url|version`."""
        return f"{self.url}|{self.version}"

    def walk(self) -> Iterator[Item]:
        """Yield every item, in the order of the paper."""
        for one in self.items:
            yield from one.walk()

    def item(self, link_id: str) -> Item:
        """Return an item.

        Raises:
            KeyError: there is none.
        """
        for one in self.walk():
            if one.link_id == link_id:
                return one
        raise KeyError(link_id)

    @property
    def pages(self) -> tuple[Item, ...]:
        """Return its pages: a group each; what stands outside any group is a page with its neighbours."""
        found: list[Item] = []
        loose: list[Item] = []
        for one in (*self.items, None):
            if one is not None and one.type is not ItemType.GROUP:
                loose.append(one)
                continue
            if loose:
                found.append(Item(f"page-{len(found) + 1}", ItemType.GROUP, self.title, items=tuple(loose)))
                loose = []
            if one is not None:
                found.append(one)
        return tuple(found)
