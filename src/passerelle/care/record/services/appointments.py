"""Appointments: each SIU event is kept as understood, and the Appointment is made again from all of them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

import orjson
from django.db import transaction
from msgspec import Struct

from passerelle.care.exchange.api import ask, write
from passerelle.care.record.rules.appointments import AppointmentFact, appointment_of, fact_from, fold
from passerelle.care.record.services.writing import Origin, Whose, lock, put_over

_NAMESPACE: Final = UUID("6b3f0b54-7b1e-5f0c-9d4c-0a1c9ce1b7a5")
_KEEP = (
    "INSERT INTO record_appointmentevent (appointment_id, source, trigger, received_at, content)"
    " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)
_EVENTS = "SELECT content FROM record_appointmentevent WHERE appointment_id = %s ORDER BY id"


class PatientOf(Struct, frozen=True):
    """Whose it is: the local identity, its establishment and the reference to it."""

    local_identity_id: UUID
    establishment: str
    place: dict[str, Any]


def appointment_id(establishment: str, number: str) -> UUID:
    """Return the id of the Appointment of this number: drawn from its establishment, the same on each message."""
    return uuid5(_NAMESPACE, f"{establishment}/appointment/{number}")


@transaction.atomic(savepoint=False)
def apply_to_appointment(fact: AppointmentFact, number: str, whose: PatientOf, *, at: datetime) -> UUID:
    """Keep an event of an appointment and make its resource again; the same event again changes nothing.

    The appointment stays with the patient file it was first stored under; returns its id.
    """
    id_ = appointment_id(whose.establishment, number)
    held = lock("Appointment", id_, likely=whose.local_identity_id)
    write(_KEEP, [id_, fact.source, fact.trigger, at, orjson.dumps(asdict(fact)).decode()])
    told = [fact_from(orjson.loads(content)) for (content,) in ask(_EVENTS, [id_])]
    subject = held.local_identity_id if held else whose.local_identity_id
    resource = appointment_of(fold(told), id_=str(id_), subject=str(subject), place=whose.place)
    put_over(held, resource, Whose(id_, subject), Origin(at, fact.source, whose.establishment))
    return id_
