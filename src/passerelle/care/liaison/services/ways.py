"""Another way for a document that was not received or read: again by mail, by hand, on paper, by telephone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from passerelle.care.identity import api as identity
from passerelle.care.liaison.models import Dispatch, Letter
from passerelle.care.liaison.rules.ways import Addressee, Way
from passerelle.care.liaison.selectors.doctors import treating_doctor
from passerelle.care.liaison.selectors.guarding import check
from passerelle.care.liaison.services.refusals import NoMailbox
from passerelle.care.liaison.services.sending import Sent, send_by_mail_again
from passerelle.care.record import api as record
from passerelle.core.access.api import AccessRefused, Act, Kind, Viewer
from passerelle.protocols.fhir import api as fhir


@transaction.atomic
def note_other_way(*, letter_id: UUID, way: Way, addressee: Addressee, note: str, by: Viewer, at: datetime) -> Dispatch:
    """Note that a letter was handed over, posted, or told by telephone: a person says it, with their name.

    Raises:
        AccessRefused: not a clinician of this stay, or no such signed letter.
    """
    letter = _signed(letter_id, by, at=at)
    discharge = letter.discharge
    person_id = identity.person_of(discharge.local_identity_id)
    doctor = treating_doctor(person_id, at=at)
    is_patient = addressee is Addressee.PATIENT
    label = identity.traits(person_id).display_name if is_patient else (doctor.name if doctor else "Médecin traitant")
    return Dispatch.objects.create(
        document_id=letter.document_id or letter.pk,
        local_identity_id=discharge.local_identity_id,
        establishment=discharge.establishment,
        unit_label=discharge.unit_label,
        addressee=addressee,
        way=way,
        label=label,
        sent_at=at,
        sent_by=by.name,
        note=note.strip(),
        received_at=at if way in {Way.HAND, Way.PHONE} else None,
        read_at=at if way in {Way.HAND, Way.PHONE} else None,
    )


@transaction.atomic
def mail_again(*, letter_id: UUID, by: Viewer, at: datetime) -> list[Dispatch]:
    """Send a signed letter by secure mail once more; the mailbox is the one known now.

    Raises:
        AccessRefused: not a clinician of this stay, or no such signed letter.
        NoMailbox: there is none to send to, or none to send from.
    """
    letter = _signed(letter_id, by, at=at)
    dispatches = send_by_mail_again(_sent(letter), at=at, by=by.name)
    if not dispatches:
        raise NoMailbox
    return dispatches


def _signed(letter_id: UUID, by: Viewer, *, at: datetime) -> Letter:
    letter = Letter.objects.select_related("discharge").filter(pk=letter_id).exclude(signed_at=None).first()
    if letter is None or letter.document_id is None:
        raise AccessRefused
    check(
        by,
        Kind.DOCUMENT,
        Act.UPDATE,
        person_id=identity.person_of(letter.discharge.local_identity_id),
        establishment=letter.discharge.establishment,
        target=f"document:{letter.document_id}",
        at=at,
    )
    return letter


def _sent(letter: Letter) -> Sent:
    held = record.read("DocumentReference", letter.document_id) if letter.document_id else None
    if held is None or held.deleted:
        raise AccessRefused
    resource: dict[str, Any] = fhir.loads(held.body)
    attached = [one.get("attachment", {}) for one in resource.get("content", [])]
    coding: dict[str, Any] = next(iter(resource.get("type", {}).get("coding", [])), {})
    contents = [(str(one.get("contentType", "")), _bytes(str(one.get("url", "")))) for one in attached]
    return Sent(
        document_id=held.id,
        local_identity_id=letter.discharge.local_identity_id,
        establishment=letter.discharge.establishment,
        unit_label=letter.discharge.unit_label,
        code=str(coding.get("code", "11490-0")),
        title=str(resource.get("description") or "Lettre de liaison"),
        contents=[(mime, content) for mime, content in contents if content],
        created_at=letter.signed_at or letter.drafted_at,
        stay_id=letter.discharge_id,
    )


def _bytes(url: str) -> bytes:
    kind, _, id_ = url.partition("/")
    found = record.read_content(UUID(id_)) if kind == "Binary" else None
    return found.content if found else b""
