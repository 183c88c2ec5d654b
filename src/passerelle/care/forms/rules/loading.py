"""From a FHIR Questionnaire to ours: everything is checked, and what is wrong is said with its place.

Read here: the item types of `ItemType`, `enableWhen` (every operator, `enableBehavior`), `required`, `repeats` of
questions, `maxLength`, `answerOption` (Coding, string), `initial`, the extensions minValue, maxValue, hidden,
ordinalValue, unit, and ours.
Refused with their place: what would be ignored in silence (`answerValueSet`, repeating groups, references forward).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from passerelle.care.forms.rules.checking import fault_of
from passerelle.care.forms.rules.extensions import extension, extensions
from passerelle.care.forms.rules.loading_items import Place, QuestionnaireError, item_of, read_number
from passerelle.care.forms.rules.questionnaire import (
    Band,
    Condition,
    Item,
    ItemType,
    Operator,
    Questionnaire,
    ScoreRule,
)

__all__ = ["QuestionnaireError", "load"]

#: Our extension: a score, its items, its bands, the source of both.
SCORE_RULE: Final = "urn:passerelle:questionnaire-score-rule"
_STATUSES: Final = frozenset({"draft", "active", "retired", "unknown"})
_LEVELS: Final = frozenset({"done", "attention", "danger", "info", "neutral"})
_ORDERED: Final = frozenset({Operator.ABOVE, Operator.BELOW, Operator.AT_LEAST, Operator.AT_MOST})
_COMPARABLE: Final = frozenset({ItemType.INTEGER, ItemType.DECIMAL, ItemType.DATE, ItemType.QUANTITY})
_WEIGHED: Final = frozenset({ItemType.BOOLEAN, ItemType.INTEGER, ItemType.DECIMAL, ItemType.QUANTITY, ItemType.CHOICE})


def load(resource: Mapping[str, Any]) -> Questionnaire:
    """Return the questionnaire that a FHIR resource describes.

    Raises:
        QuestionnaireError: the first thing that is wrong, with its place in the resource.
    """
    top = Place("Questionnaire")
    if resource.get("resourceType") != "Questionnaire":
        top.at("resourceType").refuse("« Questionnaire » est attendu")
    if resource.get("status") not in _STATUSES:
        top.at("status").refuse("statut inconnu")
    told = {name: _text(resource, name, top) for name in ("url", "version", "name", "title", "copyright")}
    items = _items(resource.get("item"), top)
    _check_ids(items)
    _check_conditions(items)
    found = Questionnaire(
        url=told["url"],
        version=told["version"],
        name=told["name"],
        title=told["title"],
        description=str(resource.get("description", "")),
        source=told["copyright"],
        items=items,
        scores=tuple(_scores(resource, items, top)),
        resource=resource,
    )
    if not found.pages:
        top.at("item").refuse("aucune question")
    return found


def _text(resource: Mapping[str, Any], name: str, place: Place) -> str:
    given = resource.get(name)
    if not isinstance(given, str) or not given.strip():
        place.at(name).refuse("un texte est attendu")
    return str(given)


def _items(raw: object, place: Place) -> tuple[Item, ...]:
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        place.at("item").refuse("une liste est attendue")
    return tuple(item_of(one, place.at(f"item[{rank}]")) for rank, one in enumerate(raw))


def _walk(items: Sequence[Item]) -> Iterator[Item]:
    for one in items:
        yield from one.walk()


def _check_ids(items: Sequence[Item]) -> None:
    seen: set[str] = set()
    for one in _walk(items):
        if one.link_id in seen:
            Place(f"Questionnaire.item({one.link_id})").at("linkId").refuse("ce linkId est déjà pris")
        seen.add(one.link_id)


def _check_conditions(items: Sequence[Item]) -> None:
    """Hold that a condition looks at a question asked before, in a way its type allows."""
    before: dict[str, Item] = {}
    for one in _walk(items):
        for rank, condition in enumerate(one.conditions):
            place = Place(f"Questionnaire.item({one.link_id}).enableWhen[{rank}]")
            looked_at = before.get(condition.question)
            if looked_at is None:
                place.at("question").refuse(f"« {condition.question} » n’est pas une question posée avant")
            _check_compared(looked_at, condition, place)
        if one.is_question:
            before[one.link_id] = one


def _check_compared(looked_at: Item, condition: Condition, place: Place) -> None:
    if condition.operator in _ORDERED and looked_at.type not in _COMPARABLE:
        place.at("operator").refuse("cette question ne se compare pas en plus ou en moins")
    if condition.operator is Operator.EXISTS:
        return
    if looked_at.type is ItemType.DECIMAL and isinstance(condition.answer, int):
        return
    compared = replace(looked_at, repeats=False, minimum=None, maximum=None)
    if why := fault_of(compared, (condition.answer,)):
        place.at("answer[x]").refuse(why)


def _scores(resource: Mapping[str, Any], items: Sequence[Item], top: Place) -> Iterator[ScoreRule]:
    known = {one.link_id: one for one in _walk(items)}
    for rank, told in enumerate(extensions(resource, SCORE_RULE)):
        place = top.at(f"extension(score {rank})")
        link_ids = tuple(str(one.get("valueString", "")) for one in extensions(told, "item"))
        for link_id in link_ids:
            if link_id not in known or known[link_id].type not in _WEIGHED:
                place.at("item").refuse(f"« {link_id} » n’est pas une question qui se compte")
        yield ScoreRule(
            code=_part(told, "code", "valueCode", place),
            title=_part(told, "title", "valueString", place),
            items=link_ids or place.at("item").refuse("aucune question à compter"),
            bands=tuple(_band(one, place.at("band")) for one in extensions(told, "band")),
            source=_part(told, "source", "valueString", place),
        )


def _part(told: Mapping[str, Any], name: str, kind: str, place: Place) -> str:
    given = (extension(told, name) or {}).get(kind)
    if not isinstance(given, str) or not given:
        place.at(name).refuse("un texte est attendu")
    return str(given)


def _band(told: Mapping[str, Any], place: Place) -> Band:
    bounds = (extension(told, "range") or {}).get("valueRange", {})
    low, high = (read_number(bounds.get(end, {}).get("value"), place.at(end)) for end in ("low", "high"))
    if low > high:
        place.at("range").refuse("la borne basse passe la borne haute")
    level = (extension(told, "level") or {}).get("valueCode", "neutral")
    if level not in _LEVELS:
        place.at("level").refuse("niveau inconnu")
    return Band(low, high, _part(told, "text", "valueString", place), level)
