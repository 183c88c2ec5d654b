"""Tell the applications of the establishment what became of an appointment (SIU). Source: HL7 v2.5, chapter 10."""

from datetime import datetime
from typing import Final

from passerelle.care.appointments.models import Booking
from passerelle.care.appointments.rules.vocabulary import State, Via, What
from passerelle.care.appointments.selectors.rows import AppointmentRow
from passerelle.care.delivery import api as delivery
from passerelle.care.identity import api as identity
from passerelle.protocols import pamfr

_TRIGGERS: Final = {
    What.BOOKED: "S12",
    What.MOVED: "S13",
    What.CONFIRMED: "S14",
    What.ARRIVED: "S14",
    What.DONE: "S14",
    What.RESTORED: "S14",
    What.CANCELLED: "S15",
    What.MISSED: "S26",
}
_STATUSES: Final = {
    State.BOOKED: "Booked",
    State.CONFIRMED: "Booked",
    State.ARRIVED: "Started",
    State.DONE: "Complete",
    State.MISSED: "Noshow",
    State.CANCELLED: "Cancelled",
}
_BY_THE_PATIENT: Final = frozenset({Via.PATIENT, Via.REPRESENTATIVE, Via.REMINDER, Via.WAITING})


def announce(booking: Booking, row: AppointmentRow, what: What, *, via: Via, at: datetime, reason: str = "") -> int:
    """Queue the SIU of a change for each application of the establishment that asks for it; return how many.

    `via` is the door of this change: it tells applications whether the patient or the establishment called it off.
    """
    trigger = _TRIGGERS.get(what)
    if trigger is None or State(booking.state) not in _STATUSES:
        return 0
    cause = f"appointment:{booking.pk}:{booking.version}"
    change = delivery.Change(establishment=booking.establishment, cause=cause, at=at, occurred_at=at)
    return delivery.announce_appointment(
        event=_event(booking, row, trigger, _reason(via, trigger, reason), at), change=change
    )


def _event(
    booking: Booking, row: AppointmentRow, trigger: str, reason: pamfr.Coded, at: datetime
) -> pamfr.AppointmentEvent:
    return pamfr.AppointmentEvent(
        trigger=trigger,
        occurred_at=at,
        recorded_at=at,
        patient=_patient(booking),
        appointment=pamfr.Appointment(
            filler=pamfr.Identifier(booking.number, "", "PASSERELLE", "", ""),
            status=_STATUSES[State(booking.state)],
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            duration_minutes=row.minutes,
            kind=pamfr.Coded(row.kind_code, row.label, "PASSERELLE") if row.kind_code else pamfr.Coded(),
            event_reason=reason,
            services=(pamfr.Coded(row.kind_code, row.label, "PASSERELLE"),) if row.kind_code else (),
            locations=(pamfr.Location(*_place(booking)),) if any(_place(booking)) else (),
        ),
    )


def _reason(via: Via, trigger: str, reason: str) -> pamfr.Coded:
    if trigger not in {"S15", "S26"}:
        return pamfr.Coded()
    is_patient = trigger == "S26" or via in _BY_THE_PATIENT
    return pamfr.Coded("PATIENT" if is_patient else "ETABLISSEMENT", reason, "PASSERELLE")


def _place(booking: Booking) -> tuple[str, str, str, str]:
    agenda = booking.agenda
    return (agenda.unit, agenda.place[:80], "", agenda.site) if agenda else ("", "", "", booking.site)


def _patient(booking: Booking) -> pamfr.Patient:
    traits = identity.local_traits(booking.local_identity_id)
    authority = "ISO" if traits.authority_oid else ""
    ipp = pamfr.Identifier(traits.ipp, "PI", traits.authority_namespace, traits.authority_oid, authority)
    return pamfr.Patient(
        identifiers=(ipp,) if traits.ipp else (),
        ins=None,
        status=pamfr.IdentityStatus(traits.status),
        attributes=frozenset(traits.attributes),
        traits=pamfr.Traits(
            birth_name=traits.birth_name,
            given_names=traits.given_names,
            birth_date=traits.birth_date,
            sex=traits.sex or "U",
            birth_place=traits.birth_place or None,
            used_name=traits.used_name or None,
            first_given=traits.first_given,
        ),
    )
