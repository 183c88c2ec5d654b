"""What messages do to the record. Source: IHE PAM France 2.11 (ITI-30, ITI-31); CI-SIS, CDA carried by HL7 v2."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from passerelle.care.record.services.stays import StayOf, apply_to_stay, find_stay
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
    who = _who(inbound)
    if isinstance(event, pamfr.DocumentEvent):
        _file(inbound, event, who)
        return
    if event.trigger == "A44":
        raise Rejected(where="EVN-1", why="le changement de patient d’un séjour demande une décision humaine")
    _write_patients(inbound, who)
    if event.trigger in STAY_TRIGGERS:
        _apply(inbound, event, who)


@dataclass(frozen=True, slots=True)
class _Who:
    """The patient of a message, and the reference to the establishment."""

    patient: identity.ResolvedPatient
    place: dict[str, Any]

    @property
    def reference(self) -> identity.LocalIdentityRef:
        return self.patient.reference

    @property
    def known_as(self) -> list[UUID]:
        """Return the patient's local identities in this establishment, merged ones included."""
        return [one.id for one in self.patient.known if one.establishment == self.reference.establishment]


def _who(inbound: Inbound) -> _Who:
    """Take the patient that identity has just found, or ask for it when its answer holds no more (A40, A47)."""
    patient = inbound.findings.get(identity.ResolvedPatient)
    patient = patient or identity.locate_patient(inbound.event.patient, establishment=inbound.establishment)
    if patient is None:
        raise Rejected(where="PID-3", why="patient inconnu")
    return _Who(patient, place_of(patient.reference.establishment))


def _write_patients(inbound: Inbound, who: _Who) -> None:
    """Write the Patient of the local identity, and of those it absorbed."""
    aliases = [one.id for one in who.patient.known if one.superseded_by == who.reference.id]
    _write_patient(inbound, who.patient.traits, who.place, aliases)
    for alias in aliases:
        _write_patient(inbound, identity.local_traits(alias), who.place, [])


def _write_patient(
    inbound: Inbound, traits: identity.LocalTraits, place: dict[str, Any], aliases: Sequence[UUID]
) -> None:
    put(
        patient_of(traits, place=place, aliases=aliases),
        local_identity_id=traits.id,
        at=inbound.received_at,
        source=str(inbound.message_id),
        establishment=traits.establishment,
    )


def _apply(inbound: Inbound, event: pamfr.AdtEvent, who: _Who) -> None:
    found = number_of(event.patient.account, event.visit)
    if found is None:
        raise Rejected(where="PID-18", why="ni NDA ni numéro de venue : le séjour ne peut pas être reconnu")
    whose = StayOf(who.reference.id, who.known_as, who.reference.establishment, who.place, Numbered(*found))
    apply_to_stay(fact_of(event, str(inbound.message_id)), whose, at=inbound.received_at)


def _file(inbound: Inbound, event: pamfr.DocumentEvent, who: _Who) -> None:
    reference = who.reference
    number = number_of(event.patient.account, event.visit)
    frame = Frame(
        subject=reference.id,
        stay_id=find_stay(who.known_as, establishment=reference.establishment, number=number[0]) if number else None,
        establishment=reference.establishment,
        place=who.place,
        occurred_at=event.occurred_at,
        filler=event.order.filler if event.order else "",
    )
    if read("Patient", reference.id) is None:
        _write_patients(inbound, who)
    file_documents(event, frame, known_as=who.known_as, at=inbound.received_at, source=str(inbound.message_id))


def place_of(establishment: str) -> dict[str, Any]:
    """Return the reference to an establishment."""
    row = directory.establishment(establishment)
    if row is None:
        return {"display": establishment}
    return fhir.reference(None, display=row.name, logical=fhir.identifier(row.finess, system="urn:finess"))
