"""What messages do to the record. Source: IHE PAM France 2.11 (ITI-30, ITI-31); CI-SIS, CDA carried by HL7 v2."""

from typing import Any
from uuid import UUID

from passerelle.care.exchange.api import Inbound, Rejected
from passerelle.care.identity import api as identity
from passerelle.care.record.rules.documents import Frame
from passerelle.care.record.rules.encounters import Numbered
from passerelle.care.record.rules.patients import patient_of
from passerelle.care.record.rules.stays import STAY_TRIGGERS
from passerelle.care.record.rules.storing import fact_of, number_of
from passerelle.care.record.selectors.store import read
from passerelle.care.record.services.documents import file_documents
from passerelle.care.record.services.stays import StayKey, apply_to_stay, find_stay
from passerelle.care.record.services.writing import put
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr
from passerelle.protocols.fhir import api as fhir


def handle(inbound: Inbound) -> None:
    """Bring the record to what the message says, once identity has settled whose record it is.

    Raises:
        Rejected: an event of a stay has no number to tell the stay by, or moves a stay to another patient.
    """
    event = inbound.event
    reference = identity.locate(event.patient, establishment=inbound.establishment)
    if reference is None:
        raise Rejected(where="PID-3", why="patient inconnu")
    if isinstance(event, pamfr.DocumentEvent):
        _file(inbound, event, reference)
        return
    if event.trigger == "A44":
        raise Rejected(where="EVN-1", why="le changement de patient d’un séjour demande une décision humaine")
    _write_patients(inbound, reference)
    if event.trigger in STAY_TRIGGERS:
        _apply(inbound, event, reference)


def _write_patients(inbound: Inbound, reference: identity.LocalIdentityRef) -> None:
    """Write the Patient of the local identity, and of those it absorbed."""
    known = identity.local_identities(reference.person_id)
    aliases = [one.id for one in known if one.superseded_by == reference.id]
    place = place_of(reference.establishment)
    _write_patient(inbound, reference.id, place, aliases)
    for alias in aliases:
        _write_patient(inbound, alias, place, [])


def _write_patient(inbound: Inbound, id_: UUID, place: dict[str, Any], aliases: list[UUID]) -> None:
    traits = identity.local_traits(id_)
    put(
        patient_of(traits, place=place, aliases=aliases),
        local_identity_id=id_,
        at=inbound.received_at,
        source=str(inbound.message_id),
        establishment=traits.establishment,
    )


def _apply(inbound: Inbound, event: pamfr.AdtEvent, reference: identity.LocalIdentityRef) -> None:
    found = number_of(event.patient.account, event.visit)
    if found is None:
        raise Rejected(where="PID-18", why="ni NDA ni numéro de venue : le séjour ne peut pas être reconnu")
    number = Numbered(*found)
    apply_to_stay(
        fact_of(event, str(inbound.message_id)),
        key=StayKey(
            find_stay(_known_as(reference), establishment=reference.establishment, number=number.value),
            reference.id,
            reference.establishment,
        ),
        number=number,
        place=place_of(reference.establishment),
        at=inbound.received_at,
    )


def _known_as(reference: identity.LocalIdentityRef) -> list[UUID]:
    """Return the patient's local identities in this establishment, merged ones included."""
    known = identity.local_identities(reference.person_id)
    return [one.id for one in known if one.establishment == reference.establishment]


def _file(inbound: Inbound, event: pamfr.DocumentEvent, reference: identity.LocalIdentityRef) -> None:
    known_as = _known_as(reference)
    number = number_of(event.patient.account, event.visit)
    frame = Frame(
        subject=reference.id,
        stay_id=find_stay(known_as, establishment=reference.establishment, number=number[0]) if number else None,
        establishment=reference.establishment,
        place=place_of(reference.establishment),
        occurred_at=event.occurred_at,
        filler=event.order.filler if event.order else "",
    )
    if read("Patient", reference.id) is None:
        _write_patients(inbound, reference)
    file_documents(event, frame, known_as=known_as, at=inbound.received_at, source=str(inbound.message_id))


def place_of(establishment: str) -> dict[str, Any]:
    """Return the reference to an establishment."""
    row = directory.establishment(establishment)
    if row is None:
        return {"display": establishment}
    return fhir.reference(None, display=row.name, logical=fhir.identifier(row.finess, system="urn:finess"))
