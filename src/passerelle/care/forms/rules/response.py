"""Answers as a FHIR QuestionnaireResponse. Source: https://hl7.org/fhir/R4/questionnaireresponse.html."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from passerelle.care.forms.rules.evaluating import Evaluation, Score
from passerelle.care.forms.rules.questionnaire import Item, Questionnaire
from passerelle.care.forms.rules.values import to_fhir
from passerelle.protocols.fhir import api as fhir

#: Our extension: what a score is worth, with its code.
SCORE = "urn:passerelle:questionnaire-score"


@dataclass(frozen=True, slots=True)
class Whole:
    """What a QuestionnaireResponse says besides its answers; `author` and `source` are references or displays."""

    id: str
    status: str
    subject: str
    authored_at: datetime
    author: dict[str, Any]
    source: dict[str, Any]


def response(questionnaire: Questionnaire, evaluation: Evaluation, whole: Whole) -> dict[str, Any]:
    """Return the resource: only what was asked, nested as the questions are, with its scores."""
    return fhir.pruned(
        {
            "resourceType": "QuestionnaireResponse",
            "id": whole.id,
            "questionnaire": questionnaire.canonical,
            "status": whole.status,
            "subject": {"reference": whole.subject},
            "authored": fhir.moment(whole.authored_at),
            "author": whole.author,
            "source": whole.source,
            "extension": [_scored(one) for one in evaluation.scores if one.value is not None],
            "item": _items(questionnaire.items, evaluation),
        }
    )


def _items(items: Sequence[Item], evaluation: Evaluation) -> list[dict[str, Any]]:
    return [told for one in items if (told := _item(one, evaluation))]


def _item(item: Item, evaluation: Evaluation) -> dict[str, Any]:
    beneath = _items(item.items, evaluation)
    given = [to_fhir(item, value) for value in evaluation.kept.get(item.link_id, ())]
    if not given and not beneath:
        return {}
    told: dict[str, Any] = {"linkId": item.link_id, "text": item.text}
    if not item.is_question:
        return told | {"item": beneath}
    if beneath:
        given[0] = given[0] | {"item": beneath}
    return told | {"answer": given}


def _scored(score: Score) -> dict[str, Any]:
    return {
        "url": SCORE,
        "extension": [
            {"url": "code", "valueCode": score.rule.code},
            {"url": "value", "valueDecimal": float(score.value or 0)},
        ],
    }
