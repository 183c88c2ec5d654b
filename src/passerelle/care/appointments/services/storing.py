"""Schedule, Slot and Appointment as FHIR R4, stored in the record beside the tables. https://hl7.org/fhir/R4/appointment.html."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from passerelle.care.appointments.models import Agenda, Booking
from passerelle.care.appointments.rules.resources import STATUSES, appointment_of, schedule_of, slot_of
from passerelle.care.appointments.rules.vocabulary import State
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.directory import api as directory
from passerelle.protocols.fhir import api as fhir

NOBODY: Final = UUID(int=0)
SOURCE: Final = "appointments"
_SLOTS: Final = UUID("9d3b0a52-0d0f-5b43-8f6a-3f6a7b1f1c55")


def slot_id(agenda_id: UUID, start: datetime) -> UUID:
    """Return the id of the Slot of an agenda that begins at this moment: the same each time."""
    return uuid5(_SLOTS, f"{agenda_id}/{int(start.timestamp())}")


def store(booking: Booking, *, at: datetime) -> None:
    """Put the Appointment of a booking; a place only offered is none yet."""
    if booking.state in {State.HELD.value, State.RELEASED.value}:
        return
    with access.as_machine():
        resource = _over_what_is_told(booking) if booking.is_external else _whole(booking)
        record.put(
            resource,
            local_identity_id=booking.local_identity_id,
            at=at,
            source=SOURCE,
            establishment=booking.establishment,
        )


def _whole(booking: Booking) -> dict[str, Any]:
    return appointment_of(
        booking,
        kind=booking.kind,
        agenda=booking.agenda,
        slot=slot_id(booking.agenda_id, booking.starts_at) if booking.agenda_id else None,
        place=place_of(booking.establishment),
    )


def _over_what_is_told(booking: Booking) -> dict[str, Any]:
    """Return the Appointment another application told, with the state and times it has now."""
    held = record.read("Appointment", booking.pk)
    if held is None or held.deleted:
        return _whole(booking)
    resource: dict[str, Any] = fhir.loads(held.body)
    times = {"start": fhir.moment(booking.starts_at), "end": fhir.moment(booking.ends_at)}
    return resource | times | {"status": STATUSES[State(booking.state)]}


def store_schedule(agenda: Agenda, *, at: datetime) -> None:
    """Put the Schedule of an agenda."""
    _put_for_all(schedule_of(agenda, place=place_of(agenda.establishment)), agenda.establishment, at)


def store_slots(booking: Booking, *, was_at: datetime | None, left: Agenda | None, at: datetime) -> None:
    """Put the Slot that a booking takes or frees, and the one it left: `was_at` in the agenda `left`."""
    lasts = booking.ends_at - booking.starts_at
    places = {(booking.agenda, booking.starts_at), (left, was_at or booking.starts_at)}
    for agenda, start in sorted(places, key=str):
        if agenda is not None:
            taken = Booking.objects.taking().over(start, start + lasts).filter(agenda=agenda)
            store_slot(agenda, start, start + lasts, is_free=taken.count() < agenda.seats, at=at)


def store_slot(agenda: Agenda, start: datetime, end: datetime, *, is_free: bool, at: datetime) -> None:
    """Put a Slot of an agenda, free or busy."""
    resource = slot_of(str(slot_id(agenda.pk, start)), agenda, start=start, end=end, is_free=is_free)
    _put_for_all(resource, agenda.establishment, at)


def _put_for_all(resource: dict[str, Any], establishment: str, at: datetime) -> None:
    with access.as_machine():
        record.put(resource, local_identity_id=NOBODY, at=at, source=SOURCE, establishment=establishment)


def place_of(establishment: str) -> dict[str, Any]:
    """Return the reference to an establishment."""
    row = directory.establishment(establishment)
    if row is None:
        return fhir.reference(None, display=establishment)
    return fhir.reference(None, display=row.name, logical=fhir.identifier(row.finess, system="urn:finess"))
