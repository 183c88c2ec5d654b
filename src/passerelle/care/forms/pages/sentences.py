"""Conditions and answers said in French, for the page, the paper and the reader."""

from datetime import date
from decimal import Decimal

from passerelle.care.forms.rules.questionnaire import (
    Amount,
    Attached,
    Choice,
    Condition,
    FreeText,
    Item,
    Operator,
    Questionnaire,
    Value,
)
from passerelle.core.ui.api import french


def said(item: Item, value: Value) -> str:
    """Return an answer in words."""
    match value:
        case bool():
            return "Oui" if value else "Non"
        case Choice(code=code, text=text):
            option = item.option(code)
            return option.display if option else text or code
        case FreeText(text=text):
            return text
        case Amount(value=number):
            return f"{french.number(float(number))}\u00a0{item.unit_label}"
        case Attached(title=title):
            return title or "Fichier joint"
        case date():
            return french.day(value)
        case int() | Decimal():
            return french.number(float(value))
    return value


def asked_when(questionnaire: Questionnaire, conditions: tuple[Condition, ...], *, needs_all: bool) -> str:
    """Return the sentence that says when a question is for one: « Si vous avez répondu « Oui » à « … » »."""
    told = [_condition(questionnaire, one) for one in conditions]
    if not told:
        return ""
    joined = (" et " if needs_all else " ou ").join(told)
    return joined[:1].upper() + joined[1:]


def _condition(questionnaire: Questionnaire, one: Condition) -> str:
    item = questionnaire.item(one.question)
    question = f"«\u00a0{item.text.rstrip(' ?:')}\u00a0»"
    answer = f"«\u00a0{said(item, one.answer)}\u00a0»"
    match one.operator:
        case Operator.EXISTS:
            return f"si vous {'avez' if one.answer else 'n’avez pas'} répondu à {question}"
        case Operator.EQUALS:
            return f"si vous avez répondu {answer} à {question}"
        case Operator.DIFFERS:
            return f"si vous n’avez pas répondu {answer} à {question}"
        case other:
            return f"si votre réponse à {question} {other.label} {said(item, one.answer)}"
