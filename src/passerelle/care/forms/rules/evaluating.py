"""What is asked, what is missing, what is at fault, what scores say: one pass over the items in their order.

Conditions look at earlier questions only (the loader sees to it), so one pass is enough; a question that is not asked
has no answer for those that look at it. Source: https://hl7.org/fhir/R4/questionnaire-definitions.html (enableWhen).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any, Final

from passerelle.care.forms.rules.checking import fault_of
from passerelle.care.forms.rules.questionnaire import (
    Amount,
    Answers,
    Band,
    Choice,
    Condition,
    Item,
    Operator,
    Questionnaire,
    ScoreRule,
    Value,
)

_ORDERS: Final[Mapping[Operator, Callable[[Any, Any], bool]]] = {
    Operator.ABOVE: gt,
    Operator.BELOW: lt,
    Operator.AT_LEAST: ge,
    Operator.AT_MOST: le,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer that cannot be kept, and why."""

    link_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    """A score; `value` is None while some of its questions, named in `lacks`, have no answer."""

    rule: ScoreRule
    value: Decimal | None
    most: Decimal
    band: Band | None
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a set of answers is worth: `kept` holds only what was asked, in the order of the paper."""

    asked: frozenset[str]
    kept: Answers
    missing: tuple[str, ...]
    faults: tuple[Fault, ...]
    scores: tuple[Score, ...]

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing is missing nor at fault."""
        return not self.missing and not self.faults


def evaluate(questionnaire: Questionnaire, answers: Answers) -> Evaluation:
    """Return what these answers are worth; those of questions that are not asked are left out."""
    asked: set[str] = set()
    kept: dict[str, tuple[Value, ...]] = {}
    for one in questionnaire.items:
        _visit(one, answers, asked, kept)
    questions = [one for one in questionnaire.walk() if one.is_question and one.link_id in asked]
    return Evaluation(
        asked=frozenset(asked),
        kept=kept,
        missing=tuple(one.link_id for one in questions if one.required and one.link_id not in kept),
        faults=tuple(Fault(one.link_id, why) for one in questions if (why := fault_of(one, kept.get(one.link_id, ())))),
        scores=tuple(_score(questionnaire, rule, asked, kept) for rule in questionnaire.scores),
    )


def _visit(item: Item, answers: Answers, asked: set[str], kept: dict[str, tuple[Value, ...]]) -> None:
    if not is_enabled(item, kept):
        return
    asked.add(item.link_id)
    if item.is_question:
        given = answers.get(item.link_id) or (item.initial if item.is_hidden else ())
        if given:
            kept[item.link_id] = tuple(given)
        elif item.items:
            return
    for one in item.items:
        _visit(one, answers, asked, kept)


def is_enabled(item: Item, kept: Answers) -> bool:
    """Tell whether the conditions of an item hold, by the answers already kept."""
    if not item.conditions:
        return True
    return (all if item.needs_all else any)(_holds(one, kept.get(one.question, ())) for one in item.conditions)


def _holds(condition: Condition, given: tuple[Value, ...]) -> bool:
    """Compare with the answers of a question; with several, one is enough, but for « != » where none may equal."""
    match condition.operator:
        case Operator.EXISTS:
            return bool(given) is condition.answer
        case Operator.EQUALS:
            return condition.answer in given
        case Operator.DIFFERS:
            return condition.answer not in given
        case order:
            return any(_compares(_ORDERS[order], one, condition.answer) for one in given)


def _compares(order: Callable[[Any, Any], bool], given: Value, wanted: Value) -> bool:
    if isinstance(given, Amount) and isinstance(wanted, Amount):
        return given.unit == wanted.unit and order(given.value, wanted.value)
    return order(given, wanted)


def _score(questionnaire: Questionnaire, rule: ScoreRule, asked: set[str], kept: Answers) -> Score:
    items = [questionnaire.item(link_id) for link_id in rule.items]
    counted = [one for one in items if one.link_id in asked]
    lacks = tuple(one.link_id for one in counted if one.link_id not in kept)
    most = sum((_heaviest(one) for one in items), Decimal())
    if lacks or not counted:
        return Score(rule, None, most, None, lacks)
    value = sum((weight(one, given) for one in counted for given in kept[one.link_id]), Decimal())
    band = next((one for one in rule.bands if one.low <= value <= one.high), None)
    return Score(rule, value, most, band, ())


def weight(item: Item, given: Value) -> Decimal:
    """Return what an answer weighs in a score: the ordinal of its option, the number itself; yes weighs 1."""
    match given:
        case Choice(code=code):
            option = item.option(code)
            return (option.ordinal if option else None) or Decimal()
        case Amount(value=value):
            return value
        case bool() | int() | Decimal():
            return Decimal(given)
        case _:
            return Decimal()


def _heaviest(item: Item) -> Decimal:
    weights = [one.ordinal for one in item.options if one.ordinal is not None]
    if weights:
        return sum(weights, Decimal()) if item.repeats else max(weights)
    if isinstance(item.maximum, Decimal):
        return item.maximum
    return Decimal(1)
