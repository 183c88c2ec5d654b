"""What follows each change of a booking, in its transaction: history, record, applications, listeners."""

from dataclasses import dataclass
from datetime import datetime

from passerelle.care.appointments.models import Agenda, Booking, BookingChange
from passerelle.care.appointments.rules.vocabulary import Via, What
from passerelle.care.appointments.selectors.bookings import rows_of
from passerelle.care.appointments.selectors.rows import AppointmentRow
from passerelle.care.appointments.services import announcing, storing
from passerelle.care.appointments.services.telling import Changed, tell
from passerelle.core.audit.api import Actor


@dataclass(frozen=True, slots=True)
class Hand:
    """Who changes an appointment, by which door and when."""

    by: Actor
    via: Via
    at: datetime


def settle(
    booking: Booking,
    what: What,
    hand: Hand,
    *,
    was_at: datetime | None = None,
    left: Agenda | None = None,
    reason: str = "",
) -> AppointmentRow:
    """Write the history, put the Appointment in the record, tell applications and listeners; return the row.

    `was_at` and `left` are the moment and the agenda before a move.

    What the record was told by a message, or wrote itself by FHIR, is not put again unless the table knows more.
    """
    note(booking, what, hand, was_at=was_at, reason=reason)
    if hand.via is not Via.FHIR and not (booking.is_external and hand.via is Via.MESSAGE):
        storing.store(booking, at=hand.at)
    storing.store_slots(booking, was_at=was_at, left=left, at=hand.at)
    (row,) = rows_of([booking])
    if hand.via is not Via.MESSAGE:  # its channel hands the message itself to those who follow it
        announcing.announce(booking, row, what, via=hand.via, at=hand.at, reason=reason)
    tell(Changed(what, row, hand.at, hand.via, was_at))
    return row


def note(booking: Booking, what: What, hand: Hand, *, was_at: datetime | None = None, reason: str = "") -> None:
    """Add a line to the history of a booking."""
    BookingChange.objects.create(
        booking=booking,
        at=hand.at,
        what=what.value,
        via=hand.via.value,
        by_account=hand.by.account_id,
        by_name=hand.by.name,
        by_role=hand.by.role,
        from_starts_at=was_at,
        to_starts_at=booking.starts_at,
        reason=reason[:300],
    )
