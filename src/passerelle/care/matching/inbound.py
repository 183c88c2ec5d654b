"""What messages say of a birth beside the traits. Source: HL7 v2.5, PID-21, PID-24 and PID-25."""

from passerelle.care.exchange.api import Inbound
from passerelle.care.identity import api as identity
from passerelle.care.matching.models import BirthNote, Waiting
from passerelle.protocols import pamfr
from passerelle.protocols.hl7v2 import Message

_LONGEST = 200


def handle(inbound: Inbound) -> None:
    """Keep the mother's file and the birth rank of a patient, when a message tells them."""
    if not isinstance(inbound.event, pamfr.AdtEvent):
        return
    told = _told(inbound.message)
    if not any(told.values()):
        return
    patient = inbound.findings.get(identity.ResolvedPatient)
    if patient is None:
        return
    file = patient.reference.id
    held = BirthNote.objects.filter(pk=file).first()
    if held is not None and (held.told_at > inbound.event.recorded_at or _says(held) == told):
        return
    BirthNote.objects.update_or_create(pk=file, defaults={**told, "told_at": inbound.event.recorded_at})
    Waiting.objects.create(local_identity_id=file)


def _told(message: Message) -> dict[str, object]:
    number = message.get("PID-21.1")
    authority = message.get("PID-21.4.2") or message.get("PID-21.4.1")
    return {
        "mother": f"{authority}|{number}"[:_LONGEST] if number not in {"", '""'} else "",
        "is_multiple_birth": message.get("PID-24") == "Y",
        "birth_order": message.get("PID-25")[:5] if message.get("PID-25") != '""' else "",
    }


def _says(note: BirthNote) -> dict[str, object]:
    return {"mother": note.mother, "is_multiple_birth": note.is_multiple_birth, "birth_order": note.birth_order}
