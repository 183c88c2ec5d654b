"""One item of a FHIR Questionnaire, read and checked with all beneath it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

from passerelle.care.forms.rules.checking import fault_of
from passerelle.care.forms.rules.extensions import extension, extensions
from passerelle.care.forms.rules.questionnaire import (
    CHOICES,
    NUMBERS,
    Amount,
    Choice,
    Condition,
    Item,
    ItemType,
    Operator,
    Option,
    Value,
)

_HL7: Final = "http://hl7.org/fhir/StructureDefinition/"
MIN_VALUE: Final = _HL7 + "minValue"
MAX_VALUE: Final = _HL7 + "maxValue"
HIDDEN: Final = _HL7 + "questionnaire-hidden"
ORDINAL: Final = _HL7 + "ordinalValue"
UNIT: Final = _HL7 + "questionnaire-unit"
#: Our extension: what staff must see at a glance: a yes or no, bounds of a number, an option.
WATCH: Final = "urn:passerelle:questionnaire-watch"
#: Our extension: a line of help under a question.
HELP: Final = "urn:passerelle:questionnaire-help"
_VALUES: Final = {
    ItemType.BOOLEAN: "Boolean",
    ItemType.DECIMAL: "Decimal",
    ItemType.INTEGER: "Integer",
    ItemType.DATE: "Date",
    ItemType.STRING: "String",
    ItemType.TEXT: "String",
    ItemType.CHOICE: "Coding",
    ItemType.OPEN_CHOICE: "Coding",
    ItemType.QUANTITY: "Quantity",
}


class QuestionnaireError(ValueError):
    """A questionnaire that cannot be asked: where it is wrong (FHIR path), and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} : {why}")
        self.where = where
        self.why = why


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the resource."""

    path: str

    def at(self, name: str) -> "Place":
        """Return a place beneath this one."""
        return Place(f"{self.path}.{name}")

    def refuse(self, why: str) -> NoReturn:
        """Say what is wrong here.

        Raises:
            QuestionnaireError: always.
        """
        raise QuestionnaireError(self.path, why)


def read_number(raw: object, place: Place) -> Decimal:
    """Return a number of the resource, exact.

    Raises:
        QuestionnaireError: it is none.
    """
    if isinstance(raw, bool) or raw is None:
        place.refuse("un nombre est attendu")
    try:
        number = Decimal(str(raw))
    except InvalidOperation:
        place.refuse("un nombre est attendu")
    return number if number.is_finite() else place.refuse("un nombre fini est attendu")


def item_of(raw: object, place: Place) -> Item:
    """Return an item with all beneath it.

    Raises:
        QuestionnaireError: what is wrong, and where.
    """
    if not isinstance(raw, Mapping):
        place.refuse("un objet est attendu")
    kind = _kind(raw, place)
    bare = Item(_link_id(raw, place), kind, str(raw.get("text", "")))
    _check_shape(raw, kind, place)
    options = _options(raw, kind, place)
    unit, unit_label = _unit(raw, kind, place)
    item = Item(
        link_id=bare.link_id,
        type=kind,
        text=bare.text,
        help=str((extension(raw, HELP) or {}).get("valueString", "")),
        required=_flag(raw, "required", place),
        repeats=_flag(raw, "repeats", place),
        is_hidden=(extension(raw, HIDDEN) or {}).get("valueBoolean") is True,
        max_length=_length(raw, place),
        minimum=_bound(raw, MIN_VALUE, kind, place),
        maximum=_bound(raw, MAX_VALUE, kind, place),
        unit=unit,
        unit_label=unit_label,
        options=options,
        initial=_initial(raw, kind, options, place),
        conditions=tuple(
            _condition(one, place.at(f"enableWhen[{n}]")) for n, one in enumerate(raw.get("enableWhen", ()))
        ),
        needs_all=_needs_all(raw, place),
        **_watched(raw, place),
        items=tuple(item_of(one, place.at(f"item[{n}]")) for n, one in enumerate(raw.get("item", ()))),
    )
    _check_item(item, place)
    return item


def _link_id(raw: Mapping[str, Any], place: Place) -> str:
    link_id = raw.get("linkId")
    if not isinstance(link_id, str) or not link_id or not link_id.replace("-", "").replace(".", "").isalnum():
        place.at("linkId").refuse("des lettres, des chiffres, des tirets et des points sont attendus")
    return link_id


def _kind(raw: Mapping[str, Any], place: Place) -> ItemType:
    try:
        return ItemType(str(raw.get("type")))
    except ValueError:
        place.at("type").refuse(f"le type « {raw.get('type')} » n’est pas pris en charge")


def _check_shape(raw: Mapping[str, Any], kind: ItemType, place: Place) -> None:
    if "answerValueSet" in raw:
        place.at("answerValueSet").refuse("donnez les réponses dans answerOption")
    if kind is not ItemType.GROUP and not str(raw.get("text", "")).strip():
        place.at("text").refuse("un texte est attendu")
    if kind is ItemType.GROUP and raw.get("repeats"):
        place.at("repeats").refuse("un groupe répété n’est pas pris en charge")
    if kind is ItemType.DISPLAY and (raw.get("required") or raw.get("item")):
        place.refuse("un texte affiché n’est ni obligatoire ni suivi d’autres éléments")


def _flag(raw: Mapping[str, Any], name: str, place: Place) -> bool:
    given = raw.get(name, False)
    return given if isinstance(given, bool) else place.at(name).refuse("vrai ou faux est attendu")


def _length(raw: Mapping[str, Any], place: Place) -> int | None:
    given = raw.get("maxLength")
    if given is None or (isinstance(given, int) and not isinstance(given, bool) and given > 0):
        return given
    return place.at("maxLength").refuse("un nombre entier positif est attendu")


def _needs_all(raw: Mapping[str, Any], place: Place) -> bool:
    behavior = raw.get("enableBehavior")
    if behavior not in {None, "all", "any"}:
        place.at("enableBehavior").refuse("« all » ou « any » est attendu")
    if behavior is None and len(raw.get("enableWhen", ())) > 1:
        place.at("enableBehavior").refuse("plusieurs conditions : dites « all » ou « any »")
    return behavior != "any"


def _bound(raw: Mapping[str, Any], url: str, kind: ItemType, place: Place) -> Decimal | date | None:
    told = extension(raw, url)
    if told is None:
        return None
    here = place.at("minValue" if url == MIN_VALUE else "maxValue")
    if kind is ItemType.DATE:
        return _date(told.get("valueDate"), here)
    if kind not in NUMBERS:
        here.refuse("seuls un nombre et une date ont une borne")
    return read_number(told.get("valueInteger", told.get("valueDecimal")), here)


def _date(raw: object, place: Place) -> date:
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        place.refuse("une date AAAA-MM-JJ est attendue")


def _unit(raw: Mapping[str, Any], kind: ItemType, place: Place) -> tuple[str, str]:
    coding = (extension(raw, UNIT) or {}).get("valueCoding", {})
    code = str(coding.get("code", ""))
    if kind is ItemType.QUANTITY and not code:
        place.at("unit").refuse("une mesure dit son unité (questionnaire-unit)")
    return code, str(coding.get("display", code))


def _options(raw: Mapping[str, Any], kind: ItemType, place: Place) -> tuple[Option, ...]:
    told = raw.get("answerOption", ())
    if kind not in CHOICES:
        return place.at("answerOption").refuse("seul un choix a des réponses à choisir") if told else ()
    found = tuple(_option(one, place.at(f"answerOption[{n}]")) for n, one in enumerate(told))
    if not found:
        place.at("answerOption").refuse("aucune réponse à choisir")
    if len({one.code for one in found}) < len(found):
        place.at("answerOption").refuse("deux réponses ont le même code")
    return found


def _option(raw: Any, place: Place) -> Option:
    coding = raw.get("valueCoding") if isinstance(raw, Mapping) else None
    if isinstance(raw, Mapping) and isinstance(raw.get("valueString"), str):
        coding = {"code": raw["valueString"], "display": raw["valueString"]}
    if not isinstance(coding, Mapping) or not coding.get("code") or not coding.get("display"):
        place.refuse("une réponse a un code et un libellé (valueCoding)")
    weights = [*extensions(coding, ORDINAL), *extensions(raw, ORDINAL)]
    return Option(
        code=str(coding["code"]),
        display=str(coding["display"]),
        system=str(coding.get("system", "")),
        ordinal=read_number(weights[0].get("valueDecimal"), place.at("ordinalValue")) if weights else None,
        is_watched=(extension(raw, WATCH) or {}).get("valueBoolean") is True,
        is_initial=raw.get("initialSelected") is True,
    )


def _initial(raw: Mapping[str, Any], kind: ItemType, options: Sequence[Option], place: Place) -> tuple[Value, ...]:
    selected = tuple(Choice(one.code, one.display) for one in options if one.is_initial)
    told = raw.get("initial", ())
    if told and selected:
        place.at("initial").refuse("initial et initialSelected se contredisent")
    return selected or tuple(read_value(one, kind, "value", place.at(f"initial[{n}]")) for n, one in enumerate(told))


def read_value(raw: Mapping[str, Any], kind: ItemType, prefix: str, place: Place) -> Value:
    """Return a `value[x]` or `answer[x]` of the type of its question.

    Raises:
        QuestionnaireError: it is absent, or of another type.
    """
    wanted = prefix + _VALUES.get(kind, "")
    if kind not in _VALUES or wanted not in raw:
        place.refuse(f"{wanted}[x] est attendu" if kind not in _VALUES else f"{wanted} est attendu")
    return _typed(raw[wanted], kind, place.at(wanted))


def _typed(given: Any, kind: ItemType, place: Place) -> Value:
    match kind:
        case ItemType.BOOLEAN if isinstance(given, bool):
            return given
        case ItemType.INTEGER if isinstance(given, int) and not isinstance(given, bool):
            return given
        case ItemType.DECIMAL:
            return read_number(given, place)
        case ItemType.DATE:
            return _date(given, place)
        case ItemType.STRING | ItemType.TEXT if isinstance(given, str):
            return given
        case ItemType.CHOICE | ItemType.OPEN_CHOICE if isinstance(given, Mapping) and given.get("code"):
            return Choice(str(given["code"]), str(given.get("display", "")))
        case ItemType.QUANTITY if isinstance(given, Mapping):
            return Amount(read_number(given.get("value"), place), str(given.get("code", given.get("unit", ""))))
    return place.refuse("cette valeur n’est pas du type de la question")


_ANSWER_KINDS: Final = {
    "answerBoolean": ItemType.BOOLEAN,
    "answerDecimal": ItemType.DECIMAL,
    "answerInteger": ItemType.INTEGER,
    "answerDate": ItemType.DATE,
    "answerString": ItemType.STRING,
    "answerCoding": ItemType.CHOICE,
    "answerQuantity": ItemType.QUANTITY,
}


def _condition(raw: Any, place: Place) -> Condition:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("question"), str):
        place.at("question").refuse("le linkId d’une question est attendu")
    try:
        operator = Operator(str(raw.get("operator")))
    except ValueError:
        place.at("operator").refuse("opérateur inconnu")
    told = [name for name in raw if name.startswith("answer")]
    if len(told) != 1 or told[0] not in _ANSWER_KINDS:
        place.at("answer[x]").refuse("une seule valeur est attendue, d’un type pris en charge")
    answer = _typed(raw[told[0]], _ANSWER_KINDS[told[0]], place.at(told[0]))
    if operator is Operator.EXISTS and not isinstance(answer, bool):
        place.at(told[0]).refuse("« exists » se compare à vrai ou faux")
    return Condition(raw["question"], operator, answer)


def _watched(raw: Mapping[str, Any], place: Place) -> dict[str, Any]:
    told = extension(raw, WATCH)
    if told is None:
        return {}
    bounds = told.get("valueRange", {})
    return {
        "watched": told.get("valueBoolean"),
        **{
            f"watch_{end}": read_number(bounds[end].get("value"), place.at(f"watch.{end}"))
            for end in ("low", "high")
            if end in bounds
        },
    }


def _check_item(item: Item, place: Place) -> None:
    """Hold that what the item says of itself agrees: initial values fit, bounds are in order."""
    if item.is_question and (why := fault_of(item, item.initial)):
        place.at("initial").refuse(why)
    low, high = item.minimum, item.maximum
    if isinstance(low, Decimal) and isinstance(high, Decimal) and low > high:
        place.at("minValue").refuse("la borne basse passe la borne haute")
    if isinstance(low, date) and isinstance(high, date) and low > high:
        place.at("minValue").refuse("la borne basse passe la borne haute")
