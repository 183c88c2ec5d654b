"""Agendas and bookings as FHIR R4 resources. Plain Python.

Source: https://hl7.org/fhir/R4/schedule.html, slot.html, appointment.html.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from passerelle.care.appointments.rules.vocabulary import State
from passerelle.protocols.fhir import api as fhir

KINDS: Final = "urn:passerelle:appointment-kind"
NUMBERS: Final = "urn:passerelle:appointment-number"
_PERSONS: Final = "urn:oid:1.2.250.1.71.4.2.1"
#: State of ours → AppointmentStatus.
STATUSES: Final[Mapping[State, str]] = {
    State.HELD: "proposed",
    State.BOOKED: "booked",
    State.CONFIRMED: "booked",
    State.ARRIVED: "arrived",
    State.DONE: "fulfilled",
    State.MISSED: "noshow",
    State.CANCELLED: "cancelled",
    State.RELEASED: "cancelled",
}
#: AppointmentStatus → state of ours; what is not here holds no place.
STATES: Final[Mapping[str, State]] = {
    "proposed": State.BOOKED,
    "pending": State.BOOKED,
    "booked": State.BOOKED,
    "arrived": State.ARRIVED,
    "checked-in": State.ARRIVED,
    "fulfilled": State.DONE,
    "noshow": State.MISSED,
    "cancelled": State.CANCELLED,
    "entered-in-error": State.CANCELLED,
}


class OfAgenda(Protocol):
    """What a Schedule and a Slot say of an agenda."""

    @property
    def pk(self) -> Any: ...
    @property
    def name(self) -> str: ...
    @property
    def practitioner(self) -> str: ...
    @property
    def rpps(self) -> str: ...
    @property
    def is_active(self) -> bool: ...


class OfKind(Protocol):
    """What an Appointment says of its kind."""

    @property
    def code(self) -> str: ...
    @property
    def public_label(self) -> str: ...


class OfBooking(Protocol):
    """What an Appointment says of a booking."""

    @property
    def pk(self) -> Any: ...
    @property
    def number(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def local_identity_id(self) -> UUID: ...
    @property
    def made_at(self) -> datetime: ...


def schedule_of(agenda: OfAgenda, *, place: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Schedule of an agenda; `place` is the reference to its establishment."""
    return {
        "resourceType": "Schedule",
        "id": str(agenda.pk),
        "active": agenda.is_active,
        "actor": [*_practitioner(agenda), dict(place)],
        "comment": agenda.name,
    }


def slot_of(id_: str, agenda: OfAgenda, *, start: datetime, end: datetime, is_free: bool) -> dict[str, Any]:
    """Return the Slot of an agenda."""
    return {
        "resourceType": "Slot",
        "id": id_,
        "schedule": fhir.reference(f"Schedule/{agenda.pk}"),
        "status": "free" if is_free else "busy",
        "start": fhir.moment(start),
        "end": fhir.moment(end),
    }


def appointment_of(
    booking: OfBooking,
    *,
    kind: OfKind | None,
    agenda: OfAgenda | None,
    slot: UUID | None,
    place: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the Appointment of a booking; the kind is told by its label without medical detail."""
    doctors = [fhir.participant(who) for who in _practitioner(agenda)] if agenda else []
    concept = fhir.codeable_concept(fhir.coding(KINDS, kind.code, kind.public_label)) if kind else None
    minutes = int((booking.ends_at - booking.starts_at).total_seconds() // 60)
    return fhir.appointment(
        str(booking.pk),
        status=STATUSES[State(booking.state)],
        start=booking.starts_at,
        end=booking.ends_at,
        participants=[
            fhir.participant(fhir.reference(f"Patient/{booking.local_identity_id}")),
            *doctors,
            fhir.participant(dict(place)),
        ],
        identifier=[fhir.identifier(booking.number, system=NUMBERS, type_code="FILL")],
        serviceType=[concept] if concept else [],
        minutesDuration=minutes,
        slot=[fhir.reference(f"Slot/{slot}")] if slot else [],
        created=fhir.moment(booking.made_at),
    )


def _practitioner(agenda: OfAgenda) -> list[dict[str, Any]]:
    if not agenda.practitioner:
        return []
    logical = fhir.identifier(agenda.rpps, system=_PERSONS) if agenda.rpps else None
    return [fhir.reference(None, display=agenda.practitioner, logical=logical)]
