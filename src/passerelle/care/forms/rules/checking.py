"""Whether the answers of one question can be kept: type, number, length, bounds, options."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from passerelle.care.forms.rules.questionnaire import (
    CHOICES,
    Amount,
    Attached,
    Choice,
    FreeText,
    Item,
    ItemType,
    Value,
)
from passerelle.core.ui.api import french

_TYPES: Final[Mapping[ItemType, tuple[type, ...]]] = {
    ItemType.BOOLEAN: (bool,),
    ItemType.DECIMAL: (Decimal, int),
    ItemType.INTEGER: (int,),
    ItemType.DATE: (date,),
    ItemType.STRING: (str,),
    ItemType.TEXT: (str,),
    ItemType.CHOICE: (Choice,),
    ItemType.OPEN_CHOICE: (Choice, FreeText),
    ItemType.QUANTITY: (Amount,),
    ItemType.ATTACHMENT: (Attached,),
}
#: A text nobody bounded is bounded here.
LONGEST: Final[Mapping[ItemType, int]] = {ItemType.STRING: 300, ItemType.TEXT: 4_000, ItemType.OPEN_CHOICE: 300}
_MOST_ANSWERS: Final = 50


def fault_of(item: Item, given: tuple[Value, ...]) -> str:
    """Return what is wrong with the answers of a question, in French, "" when nothing is."""
    if not given:
        return ""
    if len(given) > (_MOST_ANSWERS if item.repeats else 1):
        return "donnez une seule réponse" if not item.repeats else f"donnez {_MOST_ANSWERS} réponses au plus"
    return next((why for one in given for check in _CHECKS if (why := check(item, one))), "")


def _of_another_type(item: Item, given: Value) -> str:
    is_wrong = not isinstance(given, _TYPES[item.type]) or (
        isinstance(given, bool) and item.type is not ItemType.BOOLEAN
    )
    return f"la réponse attendue est de type «\u00a0{item.type.label}\u00a0»" if is_wrong else ""


def _too_long(item: Item, given: Value) -> str:
    text = given if isinstance(given, str) else given.text if isinstance(given, FreeText) else ""
    most = item.max_length or LONGEST.get(item.type, 0)
    return f"écrivez {most} caractères au plus" if text and len(text) > most else ""


def _no_such_option(item: Item, given: Value) -> str:
    is_unknown = item.type in CHOICES and isinstance(given, Choice) and item.option(given.code) is None
    return "choisissez une réponse de la liste" if is_unknown else ""


def _of_another_unit(item: Item, given: Value) -> str:
    return f"donnez la mesure en {item.unit_label}" if isinstance(given, Amount) and given.unit != item.unit else ""


def _out_of_bounds(item: Item, given: Value) -> str:
    value = _bounded(given)
    if value is None:
        return ""
    if _is_below(value, item.minimum):
        return f"au moins {_said(item.minimum)}"
    return f"au plus {_said(item.maximum)}" if _is_below(item.maximum, value) else ""


def _bounded(given: Value) -> Decimal | date | None:
    match given:
        case bool():
            return None
        case Amount(value=value):
            return value
        case int():
            return Decimal(given)
        case Decimal() | date():
            return given
        case _:
            return None


def _is_below(left: Decimal | date | None, right: Decimal | date | None) -> bool:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left < right
    return isinstance(left, date) and isinstance(right, date) and left < right


def _said(bound: Decimal | date | None) -> str:
    if isinstance(bound, date):
        return french.day(bound)
    return french.number(float(bound)) if bound is not None else ""


_CHECKS: Final[tuple[Callable[[Item, Value], str], ...]] = (
    _of_another_type,
    _too_long,
    _no_such_option,
    _of_another_unit,
    _out_of_bounds,
)
