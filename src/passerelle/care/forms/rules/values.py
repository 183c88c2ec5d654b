"""Values of answers in the three shapes they take: ours, the column of a draft (JSON), FHIR `value[x]`."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast
from uuid import UUID

from passerelle.care.forms.rules.questionnaire import (
    CHOICES,
    Amount,
    Answers,
    Attached,
    Choice,
    FreeText,
    Item,
    ItemType,
    Questionnaire,
    Value,
)


def to_json(answers: Answers) -> dict[str, list[Any]]:
    """Return answers as the column of a draft keeps them: exact, decimals as text."""
    return {link_id: [_one_to_json(one) for one in given] for link_id, given in answers.items()}


def _one_to_json(value: Value) -> Any:
    match value:
        case Choice(code=code):
            return {"code": code}
        case FreeText(text=text):
            return {"text": text}
        case Amount(value=number, unit=unit):
            return {"value": str(number), "unit": unit}
        case Attached(file_id=file_id, title=title):
            return {"file": str(file_id), "title": title}
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case _:
            return value


def from_json(questionnaire: Questionnaire, kept: Mapping[str, Any]) -> dict[str, tuple[Value, ...]]:
    """Return the answers of a draft; what this version of the questions does not know is left out."""
    known = {one.link_id: one for one in questionnaire.walk() if one.is_question}
    found = {
        link_id: tuple(value for raw in given if (value := _one_from_json(known[link_id], raw)) is not None)
        for link_id, given in kept.items()
        if link_id in known
    }
    return {link_id: given for link_id, given in found.items() if given}


def _one_from_json(item: Item, raw: Any) -> Value | None:
    try:
        return _read(item, raw)
    except (KeyError, TypeError, ValueError, InvalidOperation):
        return None


def _read(item: Item, raw: Any) -> Value | None:
    if item.type in CHOICES:
        return chosen(item, raw["code"]) if "code" in raw else FreeText(str(raw["text"]))
    if item.type in _PLAIN_TYPES:
        return cast("Value", raw) if type(raw) is _PLAIN_TYPES[item.type] else None
    return _READERS[item.type](raw)


def _finite(raw: Any) -> Decimal:
    number = Decimal(str(raw))
    if not number.is_finite():
        raise ValueError(raw)
    return number


_PLAIN_TYPES: Final[Mapping[ItemType, type]] = {
    ItemType.BOOLEAN: bool,
    ItemType.INTEGER: int,
    ItemType.STRING: str,
    ItemType.TEXT: str,
}
_READERS: Final[Mapping[ItemType, Callable[[Any], Value]]] = {
    ItemType.DECIMAL: _finite,
    ItemType.DATE: date.fromisoformat,
    ItemType.QUANTITY: lambda raw: Amount(_finite(raw["value"]), str(raw["unit"])),
    ItemType.ATTACHMENT: lambda raw: Attached(UUID(raw["file"]), str(raw["title"])),
}


def chosen(item: Item, code: str) -> Choice:
    """Return the option of this code, with its words when it is known."""
    option = item.option(code)
    return Choice(code, option.display if option else "")


def to_fhir(item: Item, value: Value) -> dict[str, Any]:
    """Return an answer as `QuestionnaireResponse.item.answer` holds it."""
    match value:
        case Choice(code=code, text=text):
            option = item.option(code)
            coding = {"code": code, "display": option.display if option else text}
            return {"valueCoding": ({"system": option.system} if option and option.system else {}) | coding}
        case Amount(value=number, unit=unit):
            return {"valueQuantity": {"value": float(number), "unit": item.unit_label or unit, **_ucum(unit)}}
        case Attached(file_id=file_id, title=title):
            return {"valueAttachment": {"title": title, "url": f"urn:uuid:{file_id}"}}
        case FreeText(text=text):
            return {"valueString": text}
        case date():
            return {"valueDate": value.isoformat()}
        case Decimal():
            return {"valueDecimal": float(value)}
    return {_PLAIN[type(value)]: value}


_PLAIN = {bool: "valueBoolean", int: "valueInteger", str: "valueString"}


def _ucum(unit: str) -> dict[str, str]:
    return {"system": "http://unitsofmeasure.org", "code": unit}
