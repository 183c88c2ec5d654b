"""One question as fields of a Django form, and what was typed as answers."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms

from passerelle.care.forms.rules.checking import LONGEST
from passerelle.care.forms.rules.questionnaire import (
    Amount,
    Attached,
    Choice,
    FreeText,
    Item,
    ItemType,
    Value,
)
from passerelle.care.forms.rules.values import chosen
from passerelle.core.ui.api import french

YES: Final = "oui"
NO: Final = "non"
OTHER: Final = "autre"
_MANY: Final = 12
_NUMBER = {"invalid": "Écrivez un nombre, par exemple 12."}
_DECIMAL = {"invalid": "Écrivez un nombre, par exemple 12,5."}
_DAY = {"invalid": "Écrivez la date ainsi\u00a0: 31/12/2026."}


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def name_of(link_id: str) -> str:
    """Return the name of the field of a question."""
    return f"q-{link_id}"


def other_name_of(link_id: str) -> str:
    """Return the name of the field where one writes in the place of an option."""
    return f"q-{link_id}-{OTHER}"


def fields_of(item: Item) -> dict[str, forms.Field]:
    """Return the fields of a question, by name: one, or two when one may write in the place of an option."""
    field = _MAKERS[item.type](item)
    field.label, field.help_text, field.required = item.text, _help(item), item.required
    found = {name_of(item.link_id): field}
    if item.type is ItemType.OPEN_CHOICE:
        most = item.max_length or LONGEST[ItemType.OPEN_CHOICE]
        found[other_name_of(item.link_id)] = forms.CharField(
            label="Autre réponse, avec vos mots", required=False, max_length=most
        )
    return found


def _help(item: Item) -> str:
    shown = [one.text for one in item.items if one.type is ItemType.DISPLAY]
    lines = ["Une réponse par ligne."] if item.repeats and item.type in {ItemType.STRING, ItemType.TEXT} else []
    return " ".join([item.help, *shown, *lines]).strip()


def _yes_no(_: Item) -> forms.Field:
    return forms.ChoiceField(choices=[(YES, "Oui"), (NO, "Non")], widget=forms.RadioSelect)


def _choice(item: Item) -> forms.Field:
    options = [(one.code, french.spacing(one.display)) for one in item.options]
    if item.type is ItemType.OPEN_CHOICE:
        options.append((OTHER, "Autre"))
    if item.repeats:
        return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple)
    if len(options) > _MANY:
        return forms.ChoiceField(choices=[("", "Choisissez"), *options], widget=forms.Select)
    return forms.ChoiceField(choices=options, widget=forms.RadioSelect)


def _words(item: Item) -> forms.Field:
    lines = 5 if item.type is ItemType.TEXT or item.repeats else 0
    widget = forms.Textarea(attrs={"rows": lines}) if lines else forms.TextInput()
    return forms.CharField(widget=widget)


def _integer(_: Item) -> forms.Field:
    return forms.IntegerField(
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}), error_messages=_NUMBER
    )


def _decimal(_: Item) -> forms.Field:
    return forms.DecimalField(
        localize=True,
        max_digits=12,
        decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages=_DECIMAL,
    )


def _day(_: Item) -> forms.Field:
    return forms.DateField(widget=DayInput(), error_messages=_DAY)


def _file(_: Item) -> forms.Field:
    return forms.FileField(widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf"}))


_MAKERS: Final[Mapping[ItemType, Callable[[Item], forms.Field]]] = {
    ItemType.BOOLEAN: _yes_no,
    ItemType.DECIMAL: _decimal,
    ItemType.INTEGER: _integer,
    ItemType.DATE: _day,
    ItemType.STRING: _words,
    ItemType.TEXT: _words,
    ItemType.CHOICE: _choice,
    ItemType.OPEN_CHOICE: _choice,
    ItemType.QUANTITY: _decimal,
    ItemType.ATTACHMENT: _file,
}


def typed(item: Item, given: Any, other: str) -> tuple[Value, ...]:
    """Return the answers that the cleaned value of a field says; empty when nothing was answered."""
    if given in (None, "", []):
        return (FreeText(other),) if other and item.type is ItemType.OPEN_CHOICE else ()
    match item.type:
        case ItemType.BOOLEAN:
            return (given == YES,)
        case ItemType.CHOICE | ItemType.OPEN_CHOICE:
            return _chosen(item, given if isinstance(given, list) else [given], other)
        case ItemType.QUANTITY:
            return (Amount(_plain(given), item.unit),)
        case ItemType.STRING | ItemType.TEXT if item.repeats:
            return tuple(line.strip() for line in given.splitlines() if line.strip())
        case ItemType.DECIMAL:
            return (_plain(given),)
    return (given,)


def _plain(number: Decimal) -> Decimal:
    return number.normalize() + 0


def _chosen(item: Item, codes: list[str], other: str) -> tuple[Value, ...]:
    found: list[Value] = [chosen(item, code) for code in codes if code != OTHER]
    if OTHER in codes and other:
        found.append(FreeText(other))
    return tuple(found)


def initial_of(item: Item, given: tuple[Value, ...]) -> dict[str, Any]:
    """Return what the fields of a question show of its answers."""
    if not given:
        return {}
    if item.type in {ItemType.CHOICE, ItemType.OPEN_CHOICE}:
        return _shown_choice(item, given)
    if item.repeats:
        return {name_of(item.link_id): "\n".join(str(one) for one in given)}
    first = given[0]
    match first:
        case bool():
            shown: Any = YES if first else NO
        case Amount(value=value):
            shown = value
        case Attached():
            return {}
        case _:
            shown = first
    return {name_of(item.link_id): shown}


def _shown_choice(item: Item, given: tuple[Value, ...]) -> dict[str, Any]:
    codes = [one.code if isinstance(one, Choice) else OTHER for one in given]
    others = [one.text for one in given if isinstance(one, FreeText)]
    shown: dict[str, Any] = {name_of(item.link_id): codes if item.repeats else codes[0]}
    return shown | ({other_name_of(item.link_id): others[0]} if others else {})
