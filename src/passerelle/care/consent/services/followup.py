"""Reviewing an emergency access, telling that a notice was seen, asking and answering."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from passerelle.care.consent.models import Answer, EmergencyReview, NoticeSeen, Question
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Role, Viewer
from passerelle.core.audit import api as audit


class AlreadyReviewed(Exception):
    """Cet accès d’urgence a déjà été revu."""


class OwnAccess(Exception):
    """Personne ne revoit l’accès d’urgence qu’il a lui-même ouvert."""


class NothingSaid(Exception):
    """Écrivez quelques mots : un avis sans note ne se relit pas."""


def reviewing_relation(viewer: Viewer, establishment: str) -> Relation:
    """Return what ties a reviewer to an access opened in an establishment."""
    here = establishment in viewer.establishments_as(Role.DIRECTOR)
    return Relation.ESTABLISHMENT if here else Relation.NONE


@transaction.atomic
def review_emergency(*, viewer: Viewer, emergency_id: UUID, is_justified: bool, note: str, at: datetime) -> None:
    """Give the verdict on an emergency access, once, with a note.

    Raises:
        AccessRefused: there is no such access, or this viewer does not review that establishment.
        OwnAccess: the reviewer opened it.
        AlreadyReviewed: there is a verdict.
        NothingSaid: there is no note.
    """
    found = access.emergencies(ids=[emergency_id])
    opened = found[0] if found else None
    if opened is None:
        raise access.AccessRefused
    if not note.strip():
        raise NothingSaid
    if opened.account_id == viewer.account_id:
        raise OwnAccess
    access.check(
        viewer,
        Kind.ACCESS,
        Act.VERIFY,
        relation=reviewing_relation(viewer, opened.establishment),
        target=f"emergency:{emergency_id}",
        at=at,
    )
    try:
        with transaction.atomic():
            EmergencyReview.objects.create(
                emergency_id=emergency_id,
                person_id=opened.person_id,
                is_justified=is_justified,
                note=note.strip()[:1000],
                at=at,
                by_account=viewer.account_id,
                by_name=viewer.name,
            )
    except IntegrityError as twice:
        raise AlreadyReviewed from twice
    audit.record(
        audit.Action.EMERGENCY_REVIEWED,
        by=viewer.actor(),
        at=at,
        target=f"emergency:{emergency_id}",
        person_id=opened.person_id,
        detail={"is_justified": is_justified},
    )


@transaction.atomic
def acknowledge_notices(*, person_id: UUID, at: datetime) -> int:
    """Note that the patient has seen every emergency access of their record; return how many were new to them."""
    seen = set(NoticeSeen.objects.filter(person_id=person_id).values_list("emergency_id", flat=True))
    new = [one for one in access.emergencies(person_id=person_id) if one.id not in seen]
    NoticeSeen.objects.bulk_create(
        [NoticeSeen(emergency_id=one.id, person_id=person_id, at=at) for one in new], ignore_conflicts=True
    )
    return len(new)


@transaction.atomic
def ask(*, person_id: UUID, text: str, about: str, is_report: bool, by: audit.Actor, at: datetime) -> UUID:
    """Ask the data-protection officer about an access, or report it; return the question.

    Raises:
        NothingSaid: there is no text.
    """
    if not text.strip():
        raise NothingSaid
    asked = Question.objects.create(
        person_id=person_id,
        is_report=is_report,
        about=about[:400],
        text=text.strip()[:2000],
        asked_at=at,
        by_account=by.account_id,
        by_name=by.name,
    )
    audit.record(audit.Action.ACCESS_QUESTIONED, by=by, at=at, target=f"question:{asked.id}", person_id=person_id)
    return asked.id


@transaction.atomic
def answer(*, viewer: Viewer, question_id: UUID, text: str, at: datetime) -> None:
    """Answer a patient; the answer is shown in their space.

    Raises:
        AccessRefused: there is no such question, or this viewer does not answer patients.
        NothingSaid: there is no text.
    """
    asked = Question.objects.filter(pk=question_id).first()
    if asked is None:
        raise access.AccessRefused
    access.check(viewer, Kind.ACCESS, Act.VERIFY, relation=Relation.NONE, target=f"question:{question_id}", at=at)
    if not text.strip():
        raise NothingSaid
    Answer.objects.create(
        question=asked, text=text.strip()[:4000], at=at, by_account=viewer.account_id, by_name=viewer.name
    )
    audit.record(
        audit.Action.QUESTION_ANSWERED,
        by=viewer.actor(Role.DPO),
        at=at,
        target=f"question:{question_id}",
        person_id=asked.person_id,
    )
