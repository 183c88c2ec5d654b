"""Send a document of the record to the treating doctor and to the patient, and begin to follow it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.delivery import api as delivery
from passerelle.care.identity import api as identity
from passerelle.care.liaison.models import Dispatch
from passerelle.care.liaison.rules.ways import Addressee, Way
from passerelle.care.liaison.selectors.doctors import Doctor, is_secret, treating_doctor
from passerelle.care.liaison.selectors.patients import patient_of
from passerelle.protocols import pamfr

_FOR_DOCTOR = (
    "Cher confrère, chère consœur,\n\nVous trouverez ci-joint un document au sujet de votre patient. Il est aussi dans "
    "votre espace Passerelle.\n\nMerci de laisser partir l’accusé de lecture\u00a0: il nous dit que vous l’avez lu.\n"
)
_FOR_PATIENT = "Bonjour,\n\nVous trouverez ci-joint un document de votre hôpital. Il est aussi dans votre espace.\n"
_WISHES = frozenset(
    {"DESTMSSANTEPS", "DESTMSSANTEPAT", "ACK_RECEPTION_MSS", "ACK_LECTURE_MSS", "CORPSMAIL_PS", "CORPSMAIL_PATIENT"}
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A document to send: where it is in the record, what it is, and its bytes by MIME type."""

    document_id: UUID
    local_identity_id: UUID
    establishment: str
    unit_label: str
    code: str
    title: str
    contents: Sequence[tuple[str, bytes]]
    created_at: datetime
    author: pamfr.Practitioner | None = None
    stay_id: UUID | None = None


def send(sent: Sent, *, at: datetime, by: str, by_mail: bool = True) -> list[Dispatch]:
    """Put a document in the spaces of the doctor and of the patient, and in the queue of secure mail, in one write.

    Nothing leaves the machine here: delivery sends once the transaction is committed. What a minor keeps secret goes to
    their own space, and nowhere else.
    """
    person_id = identity.person_of(sent.local_identity_id)
    doctor = _reader(sent, person_id, at=at)
    dispatches = _to_spaces(sent, person_id, doctor, at=at, by=by)
    if by_mail and doctor is not None and doctor.mailbox:
        dispatches += _by_mail(sent, person_id, doctor, at=at, by=by)
    return Dispatch.objects.bulk_create(dispatches)


def send_by_mail_again(sent: Sent, *, at: datetime, by: str) -> list[Dispatch]:
    """Send a document by secure mail once more, as a new mail of its own; empty without a mailbox to send to."""
    person_id = identity.person_of(sent.local_identity_id)
    doctor = _reader(sent, person_id, at=at)
    if doctor is None or not doctor.mailbox:
        return []
    return Dispatch.objects.bulk_create(_by_mail(sent, person_id, doctor, at=at, by=by))


def _reader(sent: Sent, person_id: UUID, *, at: datetime) -> Doctor | None:
    doctor = treating_doctor(person_id, at=at)
    if doctor is None or is_secret(person_id, sent.stay_id, sent.document_id, at=at):
        return None
    return doctor


def _to_spaces(sent: Sent, person_id: UUID, doctor: Doctor | None, *, at: datetime, by: str) -> list[Dispatch]:
    patient = _dispatch(sent, Addressee.PATIENT, Way.SPACE, identity.traits(person_id).display_name, at=at, by=by)
    patient.received_at = at
    if doctor is None or doctor.account_id is None:
        return [patient]
    known = _dispatch(sent, Addressee.DOCTOR, Way.SPACE, doctor.name, at=at, by=by)
    known.account_id, known.received_at = doctor.account_id, at
    return [known, patient]


def _by_mail(sent: Sent, person_id: UUID, doctor: Doctor, *, at: datetime, by: str) -> list[Dispatch]:
    cause = f"liaison:{sent.document_id}:{at.isoformat()}"
    event = _event(sent, doctor, at)
    mailed = delivery.mail_documents_of(event, establishment=sent.establishment, cause=cause, at=at)
    found = []
    for one in mailed:
        is_doctor = one.recipient.lower() == doctor.mailbox.lower()
        whom = Addressee.DOCTOR if is_doctor else Addressee.PATIENT
        label = doctor.name if is_doctor else identity.traits(person_id).display_name
        made = _dispatch(sent, whom, Way.MAIL, label, at=at, by=by)
        made.mailbox, made.cause = one.recipient, one.cause
        made.account_id = doctor.account_id if is_doctor else None
        if one.refused:
            made.failed_at, made.failure = at, one.refused
        found.append(made)
    return found


def _dispatch(sent: Sent, addressee: Addressee, way: Way, label: str, *, at: datetime, by: str) -> Dispatch:
    return Dispatch(
        document_id=sent.document_id,
        local_identity_id=sent.local_identity_id,
        establishment=sent.establishment,
        unit_label=sent.unit_label,
        addressee=addressee,
        way=way,
        label=label,
        sent_at=at,
        sent_by=by,
    )


def _event(sent: Sent, doctor: Doctor, at: datetime) -> pamfr.DocumentEvent:
    """Return the documents and whom they go to, as the truth table of MSSanté reads them."""
    addressed = pamfr.Practitioner(doctor.name, "", pamfr.Identifier(doctor.rpps, "RPPS") if doctor.rpps else None)
    return pamfr.DocumentEvent(
        kind="ORU",
        trigger="R01",
        occurred_at=at,
        recorded_at=at,
        patient=patient_of(sent.local_identity_id),
        order=pamfr.Order(filler=str(sent.document_id), code=sent.code, code_system="LN", label=sent.title),
        documents=tuple(
            pamfr.InboundDocument(
                rank, "add", sent.code, "LN", sent.title, mime, content, created_at=sent.created_at, author=sent.author
            )
            for rank, (mime, content) in enumerate(sent.contents, start=1)
        ),
        routing=pamfr.DocumentRouting(
            to_professionals=True,
            to_patient=True,
            wants_mss_receipt=True,
            wants_reading_receipt=True,
            body_for_professionals=_FOR_DOCTOR,
            body_for_patient=_FOR_PATIENT,
            participants=(pamfr.Participant("RCT", person=addressed, mailbox=doctor.mailbox),),
            told=_WISHES,
        ),
    )
