"""What a message can tell: one type for each kind of event."""

from __future__ import annotations

from typing import TypeAlias

from passerelle.protocols.pamfr.appointment_events import AppointmentEvent
from passerelle.protocols.pamfr.events import AdtEvent, DocumentEvent
from passerelle.protocols.pamfr.receipt_events import BusinessAckEvent
from passerelle.protocols.pamfr.structure_events import StructureEvent

#: Events that speak of one patient, always named.
PatientEvent: TypeAlias = AdtEvent | DocumentEvent | AppointmentEvent
#: Events that change no patient: places of the hospital, and what became of a document sent.
ServiceEvent: TypeAlias = StructureEvent | BusinessAckEvent
Event: TypeAlias = PatientEvent | ServiceEvent
