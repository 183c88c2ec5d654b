"""A referral: asked by a town doctor, taken in hand by a service, answered; its ServiceRequest and Task."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from passerelle.care.identity import api as identity
from passerelle.care.liaison.letters.as_cda import cda_of
from passerelle.care.liaison.letters.as_pdf import pdf_of
from passerelle.care.liaison.models import Referral, ReferralStep
from passerelle.care.liaison.rules.referrals import ReferralState, Urgency, refusal_of
from passerelle.care.liaison.selectors.guarding import check
from passerelle.care.liaison.selectors.patients import best_local
from passerelle.care.liaison.selectors.sheets import ANSWER_TITLE, answer_sheet, signatory_of
from passerelle.care.liaison.services.refusals import StepRefused
from passerelle.care.liaison.services.sending import Sent, send
from passerelle.care.liaison.services.storing import FROM_TOWN, Paper, Piece, author_of, store
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import AccessRefused, Act, Kind, Relation, Role, Viewer
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr
from passerelle.protocols.fhir import api as fhir

SOURCE: Final = "liaison"
ANSWER_CODE: Final = "11488-4"
_CLOSED: Final = {
    ReferralState.REFUSED: "revoked",
    ReferralState.CANCELLED: "revoked",
    ReferralState.ANSWERED: "completed",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a doctor asks of a service; `unit_code` "" leaves the choice of the unit to the establishment."""

    establishment: str
    unit_code: str
    service_label: str
    urgency: Urgency
    reason: str
    question: str = ""
    document_ids: tuple[UUID, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Told:
    """What a service says with a step: words, and the appointment it gives."""

    note: str = ""
    appointment_at: datetime | None = None
    appointment_place: str = ""


@transaction.atomic
def ask_referral(*, person_id: UUID, asked: Asked, by: Viewer, at: datetime) -> Referral:
    """Address a patient to a service.

    Raises:
        AccessRefused: the patient did not choose this doctor, or a joined document is not the patient's.
    """
    check(by, Kind.REQUEST, Act.CREATE, person_id=person_id, establishment="", target=f"patient:{person_id}", at=at)
    known = {row.id for row in record.documents(by, person_id, at=at)} if asked.document_ids else set()
    if by.account_id is None or not set(asked.document_ids) <= known:
        raise AccessRefused
    referral = Referral.objects.create(
        local_identity_id=best_local(person_id, establishment=asked.establishment).id,
        establishment=asked.establishment,
        unit_code=asked.unit_code,
        service_label=asked.service_label,
        urgency=asked.urgency.value,
        reason=asked.reason.strip(),
        question=asked.question.strip(),
        document_ids=list(asked.document_ids),
        asked_by=by.name,
        asked_by_account=by.account_id,
        asked_at=at,
        state=ReferralState.SENT.value,
        changed_at=at,
    )
    _step(referral, ReferralState.SENT, Told(), by, at)
    return referral


@transaction.atomic
def move_referral(*, referral_id: UUID, to: ReferralState, told: Told, by: Viewer, at: datetime) -> Referral:
    """Take a referral to its next step, by the service; an answer is `answer_referral`.

    Raises:
        AccessRefused: not a clinician of the establishment asked, or no such referral.
        StepRefused: that step does not follow, or lacks its words or its date; `why` says it.
    """
    referral = _asked_of(referral_id, by, at=at)
    _move(referral, to, told, by, at)
    return referral


@transaction.atomic
def answer_referral(*, referral_id: UUID, words: str, by: Viewer, at: datetime) -> Referral:
    """Answer a referral: the answer is stored as CDA and PDF/A and leaves as a letter does.

    Raises:
        AccessRefused: not a clinician of the establishment asked, or no such referral.
        StepRefused: it is not open for an answer, or there are no words.
    """
    referral = _asked_of(referral_id, by, at=at)
    document_id = uuid4()
    referral.answer_document_id = document_id
    _move(referral, ReferralState.ANSWERED, Told(note=words), by, at)
    sheet = answer_sheet(referral, words, signatory=signatory_of(by), document_id=document_id, at=at)
    document, copy = cda_of(sheet), pdf_of(sheet)
    paper = Paper(
        id=document_id,
        local_identity_id=referral.local_identity_id,
        establishment=referral.establishment,
        code=ANSWER_CODE,
        display=ANSWER_TITLE,
        title=ANSWER_TITLE,
        author=by.name,
        author_rpps=by.professional_rpps or "",
        pieces=(Piece("text/xml", document), Piece("application/pdf", copy)),
        unique_id=sheet.unique_id,
        created_at=at,
        based_on=referral.pk,
    )
    store(paper, at=at, source=SOURCE)
    sent = Sent(
        document_id=document_id,
        local_identity_id=referral.local_identity_id,
        establishment=referral.establishment,
        unit_label=referral.service_label,
        code=ANSWER_CODE,
        title=ANSWER_TITLE,
        contents=(("text/xml", document), ("application/pdf", copy)),
        created_at=at,
        author=pamfr.Practitioner(sheet.signatory.family, sheet.signatory.given),
    )
    send(sent, at=at, by=by.name)
    return referral


@transaction.atomic
def cancel_referral(*, referral_id: UUID, note: str, by: Viewer, at: datetime) -> Referral:
    """Take back a referral, by the doctor who asked it.

    Raises:
        AccessRefused: another doctor's, or no such referral.
        StepRefused: it is over, or there are no words.
    """
    referral = Referral.objects.select_for_update(of=("self",)).filter(pk=referral_id).first()
    if referral is None or by.account_id != referral.asked_by_account:
        raise AccessRefused
    person_id = identity.person_of(referral.local_identity_id)
    target = f"referral:{referral_id}"
    check(by, Kind.REQUEST, Act.UPDATE, person_id=person_id, establishment="", target=target, at=at, is_author=True)
    _move(referral, ReferralState.CANCELLED, Told(note=note), by, at)
    return referral


def _asked_of(referral_id: UUID, by: Viewer, *, at: datetime) -> Referral:
    """Return a referral, locked, when its establishment is where this clinician works: it was addressed to them.

    The patient may not have come yet: being asked for an opinion ties the team to this request, and to it alone.
    """
    referral = Referral.objects.select_for_update(of=("self",)).filter(pk=referral_id).first()
    if referral is None:
        raise AccessRefused
    is_theirs = referral.establishment in by.establishments_as(Role.CLINICIAN)
    access.check(
        by,
        Kind.REQUEST,
        Act.UPDATE,
        relation=Relation.AUTHOR if is_theirs else Relation.NONE,
        target=f"referral:{referral_id}",
        person_id=identity.person_of(referral.local_identity_id),
        at=at,
    )
    return referral


def _move(referral: Referral, to: ReferralState, told: Told, by: Viewer, at: datetime) -> None:
    state = ReferralState(referral.state)
    why = refusal_of(state, to, note=told.note, has_appointment=told.appointment_at is not None)
    if why is not None:
        raise StepRefused(why)
    referral.state, referral.changed_at = to.value, at
    if to is ReferralState.BOOKED:
        referral.appointment_at = told.appointment_at
        referral.appointment_place = told.appointment_place.strip()
    referral.save(update_fields=["state", "changed_at", "appointment_at", "appointment_place", "answer_document_id"])
    _step(referral, to, told, by, at)


def _step(referral: Referral, state: ReferralState, told: Told, by: Viewer, at: datetime) -> None:
    ReferralStep.objects.create(referral=referral, at=at, state=state.value, by_name=by.name, note=told.note.strip())
    for resource in (_request(referral, state), _task(referral, state, told)):
        record.put(
            resource,
            local_identity_id=referral.local_identity_id,
            at=at,
            source=SOURCE,
            establishment=referral.establishment,
        )


def _request(referral: Referral, state: ReferralState) -> dict[str, Any]:
    notes = [{"text": referral.question}] if referral.question else None
    return fhir.pruned(
        {
            "resourceType": "ServiceRequest",
            "id": str(referral.pk),
            "meta": {"tag": [FROM_TOWN]},
            "status": _CLOSED.get(state, "active"),
            "intent": "order",
            "priority": referral.urgency,
            "code": fhir.codeable_concept(text=referral.service_label),
            "subject": fhir.reference(f"Patient/{referral.local_identity_id}"),
            "authoredOn": fhir.moment(referral.asked_at),
            "requester": author_of(referral.asked_by, ""),
            "performer": [_performer(referral)],
            "reasonCode": [fhir.codeable_concept(text=referral.reason)],
            "supportingInfo": [fhir.reference(f"DocumentReference/{one}") for one in referral.document_ids] or None,
            "note": notes,
        }
    )


def _task(referral: Referral, state: ReferralState, told: Told) -> dict[str, Any]:
    outputs = []
    if referral.answer_document_id is not None:
        answer = fhir.reference(f"DocumentReference/{referral.answer_document_id}")
        outputs = [{"type": fhir.codeable_concept(text="Réponse"), "valueReference": answer}]
    window = fhir.period(referral.appointment_at) if referral.appointment_at else None
    return fhir.pruned(
        {
            "resourceType": "Task",
            "id": str(referral.task_id),
            "status": state.task_status,
            "statusReason": fhir.codeable_concept(text=told.note.strip()) if told.note.strip() else None,
            "businessStatus": fhir.codeable_concept(text=state.label),
            "intent": "order",
            "priority": referral.urgency,
            "focus": fhir.reference(f"ServiceRequest/{referral.pk}"),
            "for": fhir.reference(f"Patient/{referral.local_identity_id}"),
            "executionPeriod": window,
            "authoredOn": fhir.moment(referral.asked_at),
            "lastModified": fhir.moment(referral.changed_at),
            "requester": author_of(referral.asked_by, ""),
            "owner": _performer(referral),
            "output": outputs or None,
        }
    )


def _performer(referral: Referral) -> dict[str, Any]:
    place = directory.establishment(referral.establishment)
    name = place.name if place else referral.establishment
    return fhir.reference(None, display=f"{name}, {referral.service_label}")
