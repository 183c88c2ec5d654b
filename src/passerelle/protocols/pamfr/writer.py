from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Field
from passerelle.protocols.pamfr import writer_documents, writer_fields, writer_services
from passerelle.protocols.pamfr.appointment_events import AppointmentEvent
from passerelle.protocols.pamfr.events import (
    AdtEvent,
    DmpConsents,
    DocumentEvent,
    IdentityCheck,
    Movement,
    Patient,
    Pmsi,
    Visit,
)
from passerelle.protocols.pamfr.kinds import Event
from passerelle.protocols.pamfr.receipt_events import BusinessAckEvent
from passerelle.protocols.pamfr.stays import NOT_APPLICABLE
from passerelle.protocols.pamfr.structure_events import StructureEvent

#: MSH-9.3 by trigger. Source: IHE PAM France 2.11.2.
_STRUCTURES = {
    "A04": "ADT_A01", "A07": "ADT_A06", "A11": "ADT_A09", "A13": "ADT_A01", "A14": "ADT_A05", "A22": "ADT_A21",
    "A28": "ADT_A05", "A31": "ADT_A05", "A40": "ADT_A39", "A44": "ADT_A43", "A47": "ADT_A30", "A53": "ADT_A52",
    "A55": "ADT_A52", "Z99": "ADT_A01",
    "S13": "SIU_S12", "S14": "SIU_S12", "S15": "SIU_S12", "S16": "SIU_S12", "S17": "SIU_S12", "S26": "SIU_S12",
    "A15": "ADT_A15", "A16": "ADT_A16", "A25": "ADT_A21", "A26": "ADT_A21", "A27": "ADT_A21", "A32": "ADT_A21",
    "A33": "ADT_A21", "Z01": "ZAM_Z01", "Z02": "ZAM_Z01", "Z03": "ZAM_Z01",
    "R01": "ORU_R01", "T02": "MDM_T02", "T04": "MDM_T02", "T10": "MDM_T02",
}  # fmt: skip
_WITHOUT_VISIT = frozenset({"A40", "A44", "A47"})
#: MSH-12 and MSH-21 by message code.
_PROFILES: dict[str, tuple[Field, Field]] = {
    "ADT": (("2.5", "FRA", "2.11"), ("2.11", "IHE_FRANCE-2.11-PAM")),
    "ORU": ("2.5", ("2.1", "CISIS_CDA_HL7_V2")),
    "MDM": ("2.6", ("2.1", "CISIS_CDA_HL7_V2")),
    "ZAM": ("2.6", ("2.1", "CISIS_CDA_HL7_V2")),
    "SIU": ("2.5", ""),
    "MFN": ("2.5", ""),
}


_CODES: dict[type, str] = {AdtEvent: "ADT", AppointmentEvent: "SIU", BusinessAckEvent: "ZAM", StructureEvent: "MFN"}


class Envelope(Struct, frozen=True):
    """Who speaks to whom, under which control id."""

    sending_application: str
    sending_facility: str
    receiving_application: str
    receiving_facility: str
    control_id: str
    processing_id: str = "P"


def write(event: Event, envelope: Envelope) -> bytes:
    """Write the message that tells this event; `read(parse(write(event, ...))) == event`.

    Times are written to the second, with their offset. All documents of one event share what a message says once:
    identifier, replaced identifier, date (MDM), author and restrictions.
    """
    segments = _segments(event, envelope)
    return hl7v2.build([hl7v2.segment(name, fields) for name, fields in segments if fields])


def _segments(event: Event, envelope: Envelope) -> list[tuple[str, Mapping[int, Field]]]:
    match event:
        case AdtEvent():
            return _adt(event, envelope)
        case DocumentEvent():
            return _documents(event, envelope)
        case AppointmentEvent():
            return _appointment(event, envelope)
        case BusinessAckEvent():
            return [("MSH", _header(event, envelope)), *writer_services.receipt(event)]
        case StructureEvent():
            return [("MSH", _header(event, envelope)), *writer_services.structure(event)]


def _appointment(event: AppointmentEvent, envelope: Envelope) -> list[tuple[str, Mapping[int, Field]]]:
    visit = [("PV1", _visit(event.visit)), ("PV2", _expectations(event.visit))] if event.visit else []
    return [
        ("MSH", _header(event, envelope)),
        ("SCH", writer_services.schedule(event.appointment, envelope.sending_application)),
        *writer_services.notes(event.appointment),
        ("PID", _patient(event.patient, event.recorded_at, envelope)),
        *visit,
        *writer_services.resources(event.appointment),
    ]


def _adt(event: AdtEvent, envelope: Envelope) -> list[tuple[str, Mapping[int, Field]]]:
    head = [
        ("MSH", _header(event, envelope)),
        ("EVN", _event(event, envelope)),
        ("PID", _patient(event.patient, event.recorded_at, envelope)),
    ]
    if event.trigger in _WITHOUT_VISIT:
        return [*head, ("MRG", _prior(event))]
    return [
        *head,
        ("MRG", _prior(event)),
        ("PV1", _visit(event.visit)),
        ("PV2", _expectations(event.visit)),
        ("ZBE", _movement(event.movement)),
        ("ZFA", _consents(event.consents)),
        ("ZFM", _pmsi(event.pmsi)),
        ("ZFD", _identity_check(event.identity_check)),
    ]


def _documents(event: DocumentEvent, envelope: Envelope) -> list[tuple[str, Mapping[int, Field]]]:
    is_mdm = event.kind == "MDM"
    visit = [("PV1", _visit(event.visit))] if is_mdm or event.visit else []
    return [
        ("MSH", _header(event, envelope)),
        ("EVN", _event(event, envelope) if is_mdm else {}),
        ("PID", _patient(event.patient, event.recorded_at, envelope)),
        *visit,
        ("PV2", _expectations(event.visit)),
        *writer_documents.segments(event),
    ]


def _header(event: Event, envelope: Envelope) -> dict[int, Field]:
    code = event.kind if isinstance(event, DocumentEvent) else _CODES[type(event)]
    version, profile = _PROFILES[code]
    return {
        3: envelope.sending_application,
        4: envelope.sending_facility,
        5: envelope.receiving_application,
        6: envelope.receiving_facility,
        7: hl7v2.moment(event.recorded_at),
        9: (code, event.trigger, _STRUCTURES.get(event.trigger, f"{code}_{event.trigger}")),
        10: envelope.control_id,
        11: envelope.processing_id,
        12: version,
        17: "FRA",
        18: "UNICODE UTF-8",
        19: "FR",
        21: profile,
    }


def _event(event: Event, envelope: Envelope) -> dict[int, Field]:
    return {
        2: hl7v2.moment(event.recorded_at),
        6: hl7v2.moment(event.occurred_at),
        7: envelope.sending_facility,
    }


def _patient(patient: Patient, modified_at: datetime, envelope: Envelope) -> dict[int, Field]:
    traits = patient.traits
    return {
        1: "1",
        3: writer_fields.patient_identifiers(patient),
        5: writer_fields.names(traits),
        7: traits.birth_date.isoformat().replace("-", "") if traits.birth_date else "",
        8: traits.sex,
        11: writer_fields.addresses(traits),
        13: writer_fields.contacts(traits),
        18: writer_fields.identifier(patient.account),
        21: [writer_fields.identifier(one) for one in patient.mother],
        29: writer_fields.moment(traits.deceased_at),
        30: "Y" if traits.is_deceased else "N",
        32: writer_fields.reliability(patient),
        33: hl7v2.moment(modified_at),
        34: envelope.sending_facility,
    }


def _prior(event: AdtEvent) -> dict[int, Field]:
    if not event.prior and event.prior_account is None:
        return {}
    return {
        1: [writer_fields.identifier(one) for one in event.prior],
        3: writer_fields.identifier(event.prior_account),
    }


def _visit(visit: Visit | None) -> dict[int, Field]:
    if visit is None:
        return {1: "1", 2: NOT_APPLICABLE}
    return {
        1: "1",
        2: visit.patient_class,
        3: writer_fields.location(visit.location),
        4: visit.admission_type,
        7: writer_fields.practitioner(visit.attending),
        19: writer_fields.identifier(visit.visit_number),
        36: visit.discharge_disposition,
        44: writer_fields.moment(visit.admitted_at),
        45: writer_fields.moment(visit.discharged_at),
        51: "V",
    }


def _expectations(visit: Visit | None) -> dict[int, Field]:
    if visit is None or not (visit.expected_admission or visit.expected_discharge):
        return {}
    return {8: writer_fields.moment(visit.expected_admission), 9: writer_fields.moment(visit.expected_discharge)}


def _movement(movement: Movement | None) -> dict[int, Field]:
    if movement is None:
        return {}
    return {
        1: [writer_fields.entity(one) for one in movement.identifiers],
        2: writer_fields.moment(movement.start),
        3: writer_fields.moment(movement.end),
        4: movement.action,
        5: "Y" if movement.historic else "N",
        6: movement.original_trigger,
        7: writer_fields.unit(movement.medical_unit),
        8: writer_fields.unit(movement.care_unit),
        9: movement.nature,
    }


def _consents(consents: DmpConsents | None) -> dict[int, Field]:
    if consents is None:
        return {}
    return {
        1: consents.status,
        2: writer_fields.moment(consents.status_at),
        9: consents.feeding,
        10: writer_fields.moment(consents.feeding_at),
        11: consents.consultation,
        12: writer_fields.moment(consents.consultation_at),
    }


def _identity_check(check: IdentityCheck | None) -> dict[int, Field]:
    if check is None:
        return {}
    return {
        1: tuple(check.lunar_date.split("^")),
        3: "Y" if check.sms_consent else "N",
        4: "Y" if check.birth_date_corrected else "N",
        5: check.mode,
        6: writer_fields.moment(check.checked_at),
        7: check.evidence,
        8: writer_fields.moment(check.valid_until),
    }


def _pmsi(pmsi: Pmsi | None) -> dict[int, Field]:
    return {} if pmsi is None else {1: pmsi.entry, 2: pmsi.exit, 3: pmsi.origin, 4: pmsi.destination}
