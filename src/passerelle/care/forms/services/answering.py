"""Answering: begun, saved page after page, finished into the record."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.consent import api as consent
from passerelle.care.forms.library import current
from passerelle.care.forms.models import Filling, FillingState, QuestionnaireVersion
from passerelle.care.forms.rules.evaluating import Evaluation, evaluate
from passerelle.care.forms.rules.questionnaire import Answers, Questionnaire, Value
from passerelle.care.forms.rules.response import Whole, response
from passerelle.care.forms.rules.values import from_json, to_json
from passerelle.care.forms.selectors.fillings import FillingRow, questionnaire_of, row_of
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.audit import api as audit

SOURCE = "forms"


class NoSuchFilling(LookupError):
    """Ce questionnaire n’existe pas."""


class ChangedMeanwhile(Exception):
    """Une autre personne a répondu pendant ce temps : relisez les réponses avant de continuer."""


class AlreadyFinished(Exception):
    """Ce questionnaire est terminé."""


class NotComplete(Exception):
    """Il manque des réponses."""

    def __init__(self, evaluation: Evaluation) -> None:
        super().__init__(self.__doc__)
        self.evaluation = evaluation


@dataclass(frozen=True, slots=True)
class About:
    """For whom, and what asks: `kind` names a package's table, `id` its row."""

    local_identity_id: UUID
    establishment: str
    kind: str
    id: UUID


Finished = Callable[[FillingRow, consent.Voice, datetime], None]
_listeners: dict[str, Finished] = {}


def on_finish(kind: str, listener: Finished) -> None:
    """Call `listener(row, by, at)` inside the transaction that finishes a filling of this kind of context."""
    _listeners[kind] = listener


@transaction.atomic
def begin(*, url: str, about: About, known: Answers | None = None, by: consent.Voice, at: datetime) -> UUID:
    """Begin to answer the current version, or find again what was begun or finished; return its id.

    `known` is what is known already: it is put in the draft, to be confirmed.

    Raises:
        NotRegistered: no such questionnaire.
    """
    questionnaire = current(url)
    begun = Filling.objects.filter(
        context_kind=about.kind, context_id=about.id, questionnaire__url=questionnaire.url
    ).first()
    if begun is not None:
        return begun.id
    first = {one.link_id: one.initial for one in questionnaire.walk() if one.is_question and one.initial}
    row, _ = Filling.objects.get_or_create(
        context_kind=about.kind,
        context_id=about.id,
        questionnaire=version_of(questionnaire, at=at),
        defaults={
            "local_identity_id": about.local_identity_id,
            "establishment": about.establishment,
            "answers": to_json(evaluate(questionnaire, {**first, **(known or {})}).kept),
            "begun_at": at,
            "saved_at": at,
            **_pen(by),
        },
    )
    return row.id


def version_of(questionnaire: Questionnaire, *, at: datetime) -> QuestionnaireVersion:
    """Return the stored row of a version, stored once; the same version with other words is refused.

    Raises:
        ValueError: the content of this version is not what was stored.
    """
    content = json.dumps(questionnaire.resource, sort_keys=True, default=str)
    digest = hashlib.sha256(content.encode()).hexdigest()
    row, _ = QuestionnaireVersion.objects.get_or_create(
        url=questionnaire.url,
        version=questionnaire.version,
        defaults={
            "title": questionnaire.title[:200],
            "content": json.loads(content),
            "digest": digest,
            "loaded_at": at,
        },
    )
    if row.digest != digest:
        raise ValueError(f"{questionnaire.canonical}: changed without a new version")
    return row


@transaction.atomic
def save(
    *,
    filling_id: UUID,
    answers: Mapping[str, tuple[Value, ...]],
    expected_version: int | None = None,
    by: consent.Voice,
    at: datetime,
) -> Evaluation:
    """Save a page: `answers` holds every question of it (an empty tuple clears one); return what all is worth now.

    What is no longer asked is dropped from the draft. A finished one is opened again.

    Raises:
        NoSuchFilling: there is none.
        ChangedMeanwhile: `expected_version` is not the present one.
    """
    row = _locked(filling_id, expected_version)
    questionnaire = questionnaire_of(row.questionnaire)
    evaluation = evaluate(questionnaire, {**from_json(questionnaire, row.answers), **answers})
    row.answers = to_json(evaluation.kept)
    row.state, row.finished_at, row.scores = FillingState.DRAFT, None, {}
    _write(row, by, at)
    return evaluation


@transaction.atomic
def finish(*, filling_id: UUID, is_from_paper: bool = False, by: consent.Voice, at: datetime) -> Evaluation:
    """Finish: kept in the record as a QuestionnaireResponse, with its scores, in the same transaction.

    Finishing twice what did not change is one version of the record.

    Raises:
        NoSuchFilling: there is none.
        NotComplete: something is missing or at fault; `evaluation` says what.
    """
    row = _locked(filling_id, None)
    questionnaire = questionnaire_of(row.questionnaire)
    evaluation = evaluate(questionnaire, from_json(questionnaire, row.answers))
    if not evaluation.is_complete:
        raise NotComplete(evaluation)
    row.state, row.finished_at, row.is_from_paper = FillingState.FINISHED, at, is_from_paper
    row.scores = {one.rule.code: str(one.value) for one in evaluation.scores if one.value is not None}
    _write(row, by, at)
    person_id = identity.person_of(row.local_identity_id)
    whole = Whole(
        id=str(row.id),
        status="completed",
        subject=f"Patient/{row.local_identity_id}",
        authored_at=at,
        author={"display": by.actor.name},
        source=_source(row, by),
    )
    with access.as_machine():
        record.put(
            response(questionnaire, evaluation, whole),
            local_identity_id=row.local_identity_id,
            at=at,
            source=SOURCE,
            establishment=row.establishment,
        )
    audit.record(
        audit.Action.RECORD_WRITTEN,
        by=by.actor,
        at=at,
        target=f"QuestionnaireResponse/{row.id}",
        person_id=person_id,
        detail={"questionnaire": questionnaire.canonical, "relation": by.door.value},
    )
    if listener := _listeners.get(row.context_kind):
        listener(row_of(row), by, at)
    return evaluation


def _source(row: Filling, by: consent.Voice) -> dict[str, str]:
    """Tell who gave the answers: the patient even when the desk holds the pen, or who stands for them."""
    if by.door is consent.Door.REPRESENTATIVE:
        return {"display": by.actor.name}
    return {"reference": f"Patient/{row.local_identity_id}"}


def _locked(filling_id: UUID, expected_version: int | None) -> Filling:
    row = Filling.objects.select_for_update(of=("self",)).select_related("questionnaire").filter(pk=filling_id).first()
    if row is None:
        raise NoSuchFilling(filling_id)
    if expected_version is not None and row.version != expected_version:
        raise ChangedMeanwhile
    return row


def _write(row: Filling, by: consent.Voice, at: datetime) -> None:
    for name, value in _pen(by).items():
        setattr(row, name, value)
    row.saved_at = at
    row.version += 1
    row.save()


def _pen(by: consent.Voice) -> dict[str, object]:
    return {
        "by_account": by.actor.account_id,
        "by_name": by.actor.name[:200],
        "by_role": by.actor.role,
        "door": by.door.value,
    }
