"""Write appointments, receipts and the structure of a hospital."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Field
from passerelle.protocols.hl7v2.writing import Occurrence
from passerelle.protocols.pamfr import writer_fields
from passerelle.protocols.pamfr.appointment_events import Appointment, Coded
from passerelle.protocols.pamfr.events import Identifier
from passerelle.protocols.pamfr.receipt_events import BusinessAckEvent, ReceiptError
from passerelle.protocols.pamfr.receipts import MAILBOX_CODES, RECEIPT_SYSTEM, STATUS_CODES
from passerelle.protocols.pamfr.structure_events import Place, PlaceKind, PlaceRef, StructureEvent

_Segment = tuple[str, Mapping[int, Field]]
_RECEIPT_LABELS = {
    "ACK_RECEPTION_DMP": "Accusé de réception DMP",
    "ACK_RECEPTION_MSS": "Accusé de réception MSSanté",
    "ACK_LECTURE_MSS": "Accusé de lecture",
    "DESTINATAIRE_MSS": "Destinataire MSSanté",
    "LECTEUR_MSS": "Lecteur du courriel MSSanté",
}
#: The level of a place as MFN names it.
_LEVELS = {
    PlaceKind.LEGAL_ENTITY: "M", PlaceKind.SITE: "ETBL_GRPQ", PlaceKind.CLUSTER: "P", PlaceKind.DEPARTMENT: "D",
    PlaceKind.UNIT: "UF", PlaceKind.LODGING: "UH", PlaceKind.ROOM: "R", PlaceKind.BED: "B",
}  # fmt: skip


def schedule(appointment: Appointment, sender: str) -> dict[int, Field]:
    """Write SCH; the sender stands for the contact and the operator, whom HL7 requires and nobody names."""
    minutes = appointment.duration_minutes
    start, end = writer_fields.moment(appointment.starts_at), writer_fields.moment(appointment.ends_at)
    return {
        1: _entity(appointment.placer),
        2: _entity(appointment.filler),
        6: _coded(appointment.event_reason),
        7: _coded(appointment.reason),
        8: _coded(appointment.kind),
        9: "" if minutes is None else str(minutes),
        10: "" if minutes is None else "MIN",
        11: ("", "", "", start, end),
        16: ("", sender),
        20: ("", sender),
        25: appointment.status,
    }


def resources(appointment: Appointment) -> list[_Segment]:
    """Write what was booked: services, practitioners and places, after RGS."""
    return [
        ("RGS", {1: "1"}),
        *(("AIS", {1: str(n), 3: _coded(one)}) for n, one in enumerate(appointment.services, start=1)),
        *(("AIL", {1: str(n), 3: writer_fields.location(one)}) for n, one in enumerate(appointment.locations, start=1)),
        *(
            ("AIP", {1: str(n), 3: writer_fields.practitioner(one)})
            for n, one in enumerate(appointment.practitioners, start=1)
        ),
    ]


def notes(appointment: Appointment) -> list[_Segment]:
    """Write NTE."""
    return [("NTE", {1: str(n), 3: text}) for n, text in enumerate(appointment.notes, start=1)]


def receipt(event: BusinessAckEvent) -> list[_Segment]:
    """Write a business acknowledgement, after MSH."""
    status = STATUS_CODES[event.trigger]
    written: list[_Segment] = [
        (
            "OBX",
            {
                1: "1",
                2: "CWE",
                3: (status, _RECEIPT_LABELS[status], RECEIPT_SYSTEM),
                4: event.about,
                5: ("Y" if event.is_ok else "N", "", "expandedYes-NoIndicator"),
                11: "F",
            },
        )
    ]
    if event.trigger in MAILBOX_CODES:
        code = MAILBOX_CODES[event.trigger]
        named = (code, _RECEIPT_LABELS[code], RECEIPT_SYSTEM)
        address = ("", "", "X.400", event.mailbox)
        written.append(("OBX", {1: "2", 2: "XTN", 3: named, 4: event.recipient_id, 5: address, 11: "F"}))
    if event.error is not None:
        written.append(("ERR", _error(event.error)))
    return written


def structure(event: StructureEvent) -> list[_Segment]:
    """Write the places of a hospital, after MSH."""
    mode = "REP" if event.replaces_all else "UPD"
    written: list[_Segment] = [("MFI", {1: "LOC", 3: mode, 5: hl7v2.moment(event.occurred_at), 6: "AL"})]
    for place in event.places:
        written += _place(place)
    return written


def _place(place: Place) -> list[_Segment]:
    key, level = _key(place.ref), _LEVELS[place.ref.kind]
    told = [
        ("CD", place.ref.code),
        ("LBL", place.label),
        ("LBL_CRT", place.short_label),
        ("FNS", place.finess),
        ("VL", place.city),
        ("DT_OVRTR", _day(place.opened_on)),
        ("DT_FRMTR", _day(place.closed_on)),
        *place.characteristics,
    ]
    return [
        ("MFE", {1: place.action.value, 3: writer_fields.moment(place.effective_at), 4: key, 5: "PL"}),
        ("LOC", {1: key, 2: place.label, 3: level}),
        *(("LCH", {1: key, 4: (name, "", "L"), 5: ("", value)}) for name, value in told if value),
        *(("LRL", {1: key, 4: ("LCLSTN", "", "L"), 6: _key(parent)}) for parent in place.parents),
    ]


def _key(ref: PlaceRef) -> Occurrence:
    return ("", "", "", "", "", _LEVELS[ref.kind], "", "", "", ref.code)


def _day(on: date | None) -> str:
    return on.isoformat().replace("-", "") if on else ""


def _error(error: ReceiptError) -> dict[int, Field]:
    return {
        3: (error.code, "Application error", "messageErrorCondition"),
        4: error.severity,
        5: (error.application_code, error.label, error.application_system),
    }


def _coded(one: Coded) -> Occurrence:
    return (one.code, one.label, one.system)


def _entity(one: Identifier | None) -> Occurrence:
    return "" if one is None else writer_fields.entity(one)
