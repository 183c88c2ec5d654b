"""Beginning to follow a protocol, saying what became of a task, moving the anchor, ending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from passerelle.care.carepaths.library import current, of_version
from passerelle.care.carepaths.models import Following, FollowingState, TaskSaid
from passerelle.care.carepaths.rules.course import Occurrence, Outcome, ends_on, occurrences, placed
from passerelle.care.carepaths.rules.fhir_plans import care_plan
from passerelle.care.carepaths.selectors.following import followed_by
from passerelle.care.carepaths.selectors.said import said_of
from passerelle.care.consent import api as consent
from passerelle.care.forms import api as questionnaires
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.audit import api as audit
from passerelle.core.audit.api import Action, Actor
from passerelle.core.ui.api import french

SOURCE = "carepaths"


class NoSuchProtocol(LookupError):
    """Ce protocole n’existe pas."""


class FollowedAlready(Exception):
    """Ce patient suit déjà ce protocole."""


class NotActive(Exception):
    """Ce suivi est terminé : il ne change plus."""


class NoSuchTask(LookupError):
    """Cette tâche n’est pas dans le protocole."""


class TooEarly(Exception):
    """Cette tâche ne commence pas encore."""


class ReasonRequired(Exception):
    """Dites pourquoi : le motif reste dans le suivi."""


@dataclass(frozen=True, slots=True)
class Place:
    """The file of the patient in which a protocol is followed."""

    local_identity_id: UUID
    establishment: str


@dataclass(frozen=True, slots=True)
class _Word:
    outcome: Outcome
    on: date
    note: str = ""
    source: str = ""


@transaction.atomic
def begin(
    *,
    code: str,
    place: Place,
    anchor: date,
    already: Mapping[tuple[str, int], date] | None = None,
    by: Actor,
    at: datetime,
) -> UUID:
    """Have a patient follow the last version of a protocol; return the id of the following.

    `already`: the days on which tasks were done before, on paper; a key that is no task of the protocol is left out.

    Raises:
        NoSuchProtocol: none of this code is published.
        FollowedAlready: this file follows it already.
    """
    version = current(code)
    if version is None:
        raise NoSuchProtocol(code)
    same = Following.objects.filter(
        local_identity_id=place.local_identity_id, protocol__code=code, state=FollowingState.ACTIVE
    )
    if same.exists():
        raise FollowedAlready
    try:
        with transaction.atomic():
            row = Following.objects.create(
                local_identity_id=place.local_identity_id,
                establishment=place.establishment,
                protocol=version,
                anchor=anchor,
                started_at=at,
                started_by=by.name[:200],
            )
    except IntegrityError as refusal:
        raise FollowedAlready from refusal
    asked = {one.key for one in occurrences(of_version(version), anchor)}
    words = [_row(row, key, _Word(Outcome.DONE, on, source="paper"), by, at) for key, on in (already or {}).items()]
    TaskSaid.objects.bulk_create(one for one in words if (one.task, one.number) in asked)
    _project(row, by=by, at=at)
    return row.id


@transaction.atomic
def say_done(*, following_id: UUID, key: tuple[str, int], on: date, by: Actor, at: datetime, source: str = "") -> None:
    """Say that a task was done on a day; said again, the first word stays.

    Raises:
        NotActive, NoSuchTask: this cannot be said.
        TooEarly: the task does not begin before a later day.
    """
    row = _active(following_id)
    asked = _occurrence(row, key)
    if on < asked.opens:
        raise TooEarly
    _say(row, key, _Word(Outcome.DONE, on, source=source), by=by, at=at)


@transaction.atomic
def set_aside(*, following_id: UUID, key: tuple[str, int], reason: str, by: Actor, at: datetime) -> None:
    """Set a task aside for this patient, with the reason: it is not due any more.

    Raises:
        NotActive, NoSuchTask: this cannot be said.
        ReasonRequired: no reason is given.
    """
    if not reason.strip():
        raise ReasonRequired
    row = _active(following_id)
    _occurrence(row, key)
    _say(row, key, _Word(Outcome.ASIDE, french.local(at).date(), note=reason.strip()[:300]), by=by, at=at)


def context_of(following_id: UUID, key: tuple[str, int]) -> UUID:
    """Return the id by which a questionnaire knows the task that asks it."""
    return uuid5(following_id, f"{key[0]}/{key[1]}")


def answered(row: questionnaires.FillingRow, by: consent.Voice, at: datetime) -> None:
    """Say that the task that asked a questionnaire is done, once the questionnaire is finished.

    Before the task opens, as when the calendar was moved meanwhile, the answers are kept and nothing is said.
    """
    day = french.local(at).date()
    for found in followed_by([row.local_identity_id], at=at, active_only=True):
        for one in found.tasks:
            if context_of(found.id, one.occurrence.key) == row.context_id and one.occurrence.opens <= day:
                source = f"QuestionnaireResponse/{row.id}"
                say_done(following_id=found.id, key=one.occurrence.key, on=day, by=by.actor, at=at, source=source)
                return


@transaction.atomic
def take_back(*, following_id: UUID, key: tuple[str, int], by: Actor, at: datetime) -> None:
    """Take back what was said of a task: it is as if nothing had been said; the record keeps both versions.

    Raises:
        NotActive: the following is over.
    """
    row = _active(following_id)
    TaskSaid.objects.filter(following=row, task=key[0], number=key[1]).delete()
    _project(row, by=by, at=at)


@transaction.atomic
def move(*, following_id: UUID, anchor: date, by: Actor, at: datetime) -> None:
    """Move the anchor, when the operation is put off: what was done stays done.

    Raises:
        NotActive: the following is over.
    """
    row = _active(following_id)
    row.anchor = anchor
    row.save(update_fields=["anchor"])
    _project(row, by=by, at=at)


@transaction.atomic
def stop(*, following_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """Stop a following before its end, with its reason.

    Raises:
        NotActive: it is over already.
        ReasonRequired: no reason is given.
    """
    if not reason.strip():
        raise ReasonRequired
    _end(_active(following_id), FollowingState.STOPPED, reason.strip()[:300], by=by, at=at)


def complete_those_over(*, by: Actor, at: datetime) -> int:
    """Complete the followings whose last day is past; return how many."""
    today = french.local(at).date()
    active = Following.objects.filter(state=FollowingState.ACTIVE).select_related("protocol").order_by("id")
    over = [row.id for row in active if ends_on(occurrences(of_version(row.protocol), row.anchor)) <= today]
    for following_id in over:
        with transaction.atomic():
            _end(_active(following_id), FollowingState.COMPLETED, "", by=by, at=at)
    return len(over)


def _end(row: Following, state: FollowingState, reason: str, *, by: Actor, at: datetime) -> None:
    row.state, row.ended_at, row.ended_by, row.reason = state, at, by.name[:200], reason
    row.save(update_fields=["state", "ended_at", "ended_by", "reason"])
    _project(row, by=by, at=at)


def _active(following_id: UUID) -> Following:
    found = Following.objects.select_for_update(of=("self",)).select_related("protocol").filter(pk=following_id).first()
    if found is None or found.state != FollowingState.ACTIVE:
        raise NotActive
    return found


def _occurrence(row: Following, key: tuple[str, int]) -> Occurrence:
    found = next((one for one in occurrences(of_version(row.protocol), row.anchor) if one.key == key), None)
    if found is None:
        raise NoSuchTask(key[0])
    return found


def _say(row: Following, key: tuple[str, int], word: _Word, *, by: Actor, at: datetime) -> None:
    TaskSaid.objects.bulk_create([_row(row, key, word, by, at)], ignore_conflicts=True)
    _project(row, by=by, at=at)


def _row(row: Following, key: tuple[str, int], word: _Word, by: Actor, at: datetime) -> TaskSaid:
    return TaskSaid(
        following=row,
        task=key[0],
        number=key[1],
        outcome=word.outcome.value,
        on=word.on,
        note=word.note,
        source=word.source,
        said_at=at,
        said_by=by.name[:200],
        by_account=by.account_id,
    )


def _project(row: Following, *, by: Actor, at: datetime) -> None:
    """Keep the following in the record as a CarePlan, in the same transaction, and leave the event."""
    protocol = of_version(row.protocol)
    found = occurrences(protocol, row.anchor)
    plan = care_plan(
        row.id,
        row.local_identity_id,
        protocol,
        state=row.state,
        period=(found[0].opens, ends_on(found)),
        placed=placed(found, said_of([row.id])[row.id], french.local(at).date()),
    )
    with access.as_machine():
        record.put(plan, local_identity_id=row.local_identity_id, at=at, source=SOURCE, establishment=row.establishment)
        person_id = identity.person_of(row.local_identity_id)
    audit.record(Action.RECORD_WRITTEN, by=by, at=at, target=f"CarePlan/{row.id}", person_id=person_id)
