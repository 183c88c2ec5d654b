"""Keeping a step, and sending the whole: each one transaction, with its trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from passerelle.care.consent import api as consent
from passerelle.care.forms import api as forms
from passerelle.care.identity import api as identity
from passerelle.care.preadmission.models import Preadmission, StepEntry
from passerelle.care.preadmission.rules.vocabulary import State, Step
from passerelle.care.preadmission.selectors.finding import CONTEXT, by_id
from passerelle.care.preadmission.selectors.rows import PreadmissionRow
from passerelle.care.preadmission.services.filing import file_in_record
from passerelle.core.audit import api as audit


class NotDone(Exception):
    """Il reste des étapes à faire."""

    def __init__(self, step: Step) -> None:
        super().__init__(self.__doc__)
        self.step = step


class TooLate(Exception):
    """Cette venue est annulée ou passée : rien ne peut plus être changé ici."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes, by which door, and whether it is copied from paper."""

    voice: consent.Voice
    is_from_paper: bool = False


@transaction.atomic
def keep_step(
    *, preadmission_id: UUID, step: Step, answers: Mapping[str, Any], is_done: bool, pen: Pen, at: datetime
) -> None:
    """Keep the answers of a step, whole or half-done. The trusted person told here becomes a choice of the patient.

    Raises:
        TooLate: the coming is off or over.
    """
    row = _locked(preadmission_id, at)
    StepEntry.objects.update_or_create(
        preadmission=row,
        step=step.value,
        defaults={"answers": dict(answers), "is_done": is_done, "at": at, **_held(pen)},
    )
    if step is Step.CONTACTS and is_done:
        _trust(row, answers, pen, at)
    _changed(row, step, pen, at, is_done=is_done)


@transaction.atomic
def keep_answers(
    *,
    preadmission_id: UUID,
    step: Step,
    answers: Mapping[str, tuple[forms.Value, ...]],
    is_done: bool,
    pen: Pen,
    at: datetime,
) -> None:
    """Keep the answers of a step of questions; done, they go to the record.

    Raises:
        TooLate: the coming is off or over.
        NotComplete: it is said to be done and something is missing.
    """
    row = _locked(preadmission_id, at)
    read = by_id(preadmission_id)
    about = forms.About(row.local_identity_id, row.establishment, CONTEXT, row.pk)
    url = read.plan.questionnaire_of(step)
    filling_id = forms.begin(url=url, about=about, by=pen.voice, at=at)
    forms.save(filling_id=filling_id, answers=answers, by=pen.voice, at=at)
    if is_done:
        forms.finish(filling_id=filling_id, is_from_paper=pen.is_from_paper, by=pen.voice, at=at)
    StepEntry.objects.update_or_create(
        preadmission=row, step=step.value, defaults={"is_done": is_done, "at": at, **_held(pen)}
    )
    _changed(row, step, pen, at, is_done=is_done)


@transaction.atomic
def send(*, preadmission_id: UUID, pen: Pen, at: datetime) -> None:
    """Send the whole: the coverage and the wishes are filed in the record, and the staff see who is ready.

    Raises:
        TooLate: the coming is off or over.
        NotDone: a step is not.
    """
    row = _locked(preadmission_id, at)
    read = by_id(preadmission_id)
    if read.next_step is not None:
        raise NotDone(read.next_step)
    row.state, row.sent_at = State.SENT.value, at
    row.sent_by, row.door = pen.voice.actor.name[:200], pen.voice.door.value
    row.version += 1
    row.save(update_fields=["state", "sent_at", "sent_by", "door", "version"])
    file_in_record(read, at=at)
    _trace(read, "sent", pen, at)


def _locked(preadmission_id: UUID, at: datetime) -> Preadmission:
    row: Preadmission = Preadmission.objects.select_for_update(of=("self",)).get(pk=preadmission_id)
    if row.state == State.OFF.value or row.starts_at <= at:
        raise TooLate
    return row


def _held(pen: Pen) -> dict[str, Any]:
    actor = pen.voice.actor
    return {
        "by_account": actor.account_id,
        "by_name": actor.name[:200],
        "by_role": actor.role,
        "door": pen.voice.door.value,
        "is_from_paper": pen.is_from_paper,
    }


def _changed(row: Preadmission, step: Step, pen: Pen, at: datetime, *, is_done: bool) -> None:
    """What changes after it was sent is to be sent again once it is no longer whole."""
    row.version += 1
    if row.state == State.SENT.value and not is_done:
        row.state = State.OPEN.value
    row.save(update_fields=["state", "version"])
    _trace(by_id(row.pk), step.value, pen, at)


def _trace(read: PreadmissionRow, what: str, pen: Pen, at: datetime) -> None:
    audit.record(
        audit.Action.RECORD_WRITTEN,
        by=pen.voice.actor,
        at=at,
        target=f"preadmission:{read.id}",
        person_id=read.person_id,
        detail={"step": what, "relation": pen.voice.door.value, "paper": pen.is_from_paper},
    )


_TRUSTED: Final = ("name", "tie", "phone", "email")


def _trust(row: Preadmission, answers: Mapping[str, Any], pen: Pen, at: datetime) -> None:
    """Name the trusted person told here, when it is not already the one; nobody names one for another."""
    name, tie, phone, email = (str(answers.get(f"trusted_{part}") or "") for part in _TRUSTED)
    person_id = identity.person_of(row.local_identity_id)
    is_minor = consent.is_young(person_id, at=at)
    if not name or is_minor or pen.voice.door is consent.Door.REPRESENTATIVE:
        return
    held = consent.trusted_persons(person_id, at=at)
    if any((one.name, one.tie, one.phone, one.email) == (name, tie, phone, email) for one in held):
        return
    named = consent.Trusted(name, tie, phone, email, consent.Acceptance.ASKED)
    consent.trust(person_id=person_id, trusted=named, by=pen.voice, at=at)
