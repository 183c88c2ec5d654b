"""What follows from a settled mail: the business acknowledgements that the sender of its documents asked for.

Source: CI-SIS, volet de transmission de documents CDA en HL7 v2, version 2.1, accusés métier (ZAM^Z02, ZAM^Z03).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.rules.addressing import comes_from
from passerelle.care.delivery.rules.answering import Answer
from passerelle.care.delivery.rules.contract import address_of
from passerelle.care.delivery.rules.outcomes import Fate
from passerelle.care.delivery.rules.patients import keys_of
from passerelle.care.delivery.services import book
from passerelle.care.delivery.services.publishing import Outgoing, control_id_for, put
from passerelle.care.delivery.transports.parcel import Parcel
from passerelle.protocols import hl7v2, pamfr
from passerelle.protocols.hl7v2 import Hl7Error

_OURSELVES: Final = "PASSERELLE"
_UNNUMBERED: Final = "554"  # a permanent failure without a code of its own (table SMTPERRORCODE)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the documents of a message: Z01 filed in the DMP or not, Z02 delivered or not, Z03 read or not."""

    trigger: str
    is_ok: bool
    mailbox: str
    at: datetime
    error_code: str = ""
    error_text: str = ""
    error_system: str = ""


def after_settling(parcel: Parcel, fate: Fate, answer: Answer, *, at: datetime) -> None:
    """Tell the sender of documents whether its correspondent's server took them, if it asked."""
    if not parcel.recipient or fate not in {Fate.DELIVERED, Fate.FAILED}:
        return
    is_ok = fate is Fate.DELIVERED
    code = "" if is_ok else (answer.code if answer.code.isdigit() else _UNNUMBERED)
    receipt = Receipt("Z02", is_ok, parcel.recipient, at, code, "" if is_ok else answer.text, "SMTPERRORCODE")
    give_receipt(parcel.payload, receipt, cause=f"{parcel.destination}:{parcel.id}")


def give_receipt(message: bytes, receipt: Receipt, *, cause: str) -> int:
    """Put a business acknowledgement in the queue of the application that sent a message; return how many."""
    try:
        carried = hl7v2.parse(message)
        event = pamfr.read(carried)
    except Hl7Error:
        return 0
    if not isinstance(event, pamfr.DocumentEvent) or not _is_asked(event, receipt):
        return 0
    senders = _senders(carried, receipt.trigger)
    for destination in senders:
        told = f"{cause}:{receipt.trigger}"
        control_id = control_id_for(told, destination.code)
        payload = pamfr.write(_event(carried, receipt), _envelope(carried, control_id))
        keys = keys_of(event.patient, establishment=carried.sending_facility)
        outgoing = Outgoing(payload, "ZAM", receipt.trigger, keys, destination.establishment or "", told, control_id)
        put(outgoing, destination, at=receipt.at)
    return len(senders)


def _is_asked(event: pamfr.DocumentEvent, receipt: Receipt) -> bool:
    routing = event.routing
    if routing is None:
        return False
    asked = {
        "Z01": routing.wants_dmp_receipt,
        "Z02": routing.wants_mss_receipt,
        "Z03": routing.wants_reading_receipt,
    }
    return asked[receipt.trigger]


def _senders(message: hl7v2.Message, trigger: str) -> list[Destination]:
    """Return the destinations that are the application a message came from."""
    return [one for one in book.subscribers("ZAM", trigger) if comes_from(message, address_of(one))]


def _event(message: hl7v2.Message, receipt: Receipt) -> pamfr.BusinessAckEvent:
    error = None
    if not receipt.is_ok:
        error = pamfr.ReceiptError(
            application_code=receipt.error_code, application_system=receipt.error_system, label=receipt.error_text
        )
    return pamfr.BusinessAckEvent(
        trigger=receipt.trigger,
        occurred_at=receipt.at,
        recorded_at=receipt.at,
        about=message.control_id,
        is_ok=receipt.is_ok,
        mailbox=receipt.mailbox,
        error=error,
    )


def _envelope(message: hl7v2.Message, control_id: str) -> pamfr.Envelope:
    """Answer the application that sent: its MSH-3 and MSH-4 become MSH-5 and MSH-6."""
    return pamfr.Envelope(
        sending_application=_OURSELVES,
        sending_facility=_OURSELVES,
        receiving_application=message.sending_application,
        receiving_facility=message.sending_facility,
        control_id=control_id,
    )
