"""What becomes of an appointment: cancelled, confirmed, arrived, done, missed, and mistakes put right."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from passerelle.care.appointments.models import Booking, WaitingEntry
from passerelle.care.appointments.rules.openings import Period
from passerelle.care.appointments.rules.vocabulary import EXPECTED, OUTSIDE, Standing, State, Via, What
from passerelle.care.appointments.selectors.bookings import rows_of
from passerelle.care.appointments.selectors.rows import AppointmentRow
from passerelle.care.appointments.services.locking import lock_booking
from passerelle.care.appointments.services.refilling import offer_freed, withdraw_offers_of
from passerelle.care.appointments.services.refusals import NotExpected, NotToday, TooLate
from passerelle.care.appointments.services.settling import Hand, settle
from passerelle.core.audit.api import Actor

_NOTED = (State.ARRIVED, State.DONE, State.MISSED)


@transaction.atomic
def cancel(*, appointment_id: UUID, by: Actor, via: Via, at: datetime, reason: str = "") -> AppointmentRow:
    """Cancel an appointment and offer its place to the waiting list; cancelled already, nothing changes.

    From outside it may be cancelled until it begins.

    Raises:
        TooLate: it has begun. NotExpected: it is over. NoSuchAppointment: there is none.
    """
    booking, hand = lock_booking(appointment_id), Hand(by, via, at)
    if booking.state == State.CANCELLED.value:
        return rows_of([booking])[0]
    _check_expected(booking)
    if via in OUTSIDE and at >= booking.starts_at:
        raise TooLate
    return call_off(booking, hand, reason=reason)


def call_off(booking: Booking, hand: Hand, *, reason: str) -> AppointmentRow:
    """Cancel a locked booking, whoever decided it, and offer its place."""
    _leave_list(booking, hand)
    row = _set(booking, State.CANCELLED, What.CANCELLED, hand, reason=reason)
    if booking.agenda is not None:
        offer_freed(booking.agenda, Period(booking.starts_at, booking.ends_at), at=hand.at)
    return row


def _leave_list(booking: Booking, hand: Hand) -> None:
    """Nobody is called earlier for an appointment that is called off."""
    withdraw_offers_of(booking, hand)
    waiting = WaitingEntry.objects.filter(booking=booking, standing=Standing.WAITING.value)
    waiting.update(standing=Standing.LEFT.value, changed_at=hand.at)


@transaction.atomic
def confirm(*, appointment_id: UUID, by: Actor, via: Via, at: datetime) -> AppointmentRow:
    """Note that the patient will come; confirmed already, nothing changes.

    Raises:
        NotExpected: it is cancelled or past. NoSuchAppointment: there is none.
    """
    booking, hand = lock_booking(appointment_id), Hand(by, via, at)
    if booking.state == State.CONFIRMED.value:
        return rows_of([booking])[0]
    _check_expected(booking)
    if at >= booking.starts_at:
        raise NotExpected
    return _set(booking, State.CONFIRMED, What.CONFIRMED, hand)


@transaction.atomic
def arrive(*, appointment_id: UUID, by: Actor, via: Via, at: datetime) -> AppointmentRow:
    """Note that the patient is there; noted already, nothing changes.

    Raises:
        NotToday: it is of another day. NotExpected: it is cancelled or over. NoSuchAppointment: there is none.
    """
    booking, hand = lock_booking(appointment_id), Hand(by, via, at)
    if booking.state == State.ARRIVED.value:
        return rows_of([booking])[0]
    if State(booking.state) not in (*EXPECTED, State.MISSED):
        raise NotExpected
    if timezone.localdate(at) != timezone.localdate(booking.starts_at):
        raise NotToday
    return _set(booking, State.ARRIVED, What.ARRIVED, hand)


@transaction.atomic
def miss(*, appointment_id: UUID, by: Actor, via: Via, at: datetime) -> AppointmentRow:
    """Note that the patient did not come; noted already, nothing changes.

    Raises:
        NotToday: the hour is not past. NotExpected: it is cancelled or over. NoSuchAppointment: there is none.
    """
    booking, hand = lock_booking(appointment_id), Hand(by, via, at)
    if booking.state == State.MISSED.value:
        return rows_of([booking])[0]
    _check_expected(booking)
    if at < booking.starts_at:
        raise NotToday
    return _set(booking, State.MISSED, What.MISSED, hand)


@transaction.atomic
def complete(*, appointment_id: UUID, by: Actor, via: Via, at: datetime) -> AppointmentRow:
    """Note that the appointment took place; noted already, nothing changes.

    Raises:
        NotExpected: nobody arrived. NoSuchAppointment: there is none.
    """
    booking, hand = lock_booking(appointment_id), Hand(by, via, at)
    if booking.state == State.DONE.value:
        return rows_of([booking])[0]
    if booking.state != State.ARRIVED.value:
        raise NotExpected
    return _set(booking, State.DONE, What.DONE, hand)


@transaction.atomic
def restore(*, appointment_id: UUID, by: Actor, via: Via, at: datetime) -> AppointmentRow:
    """Take back an arrival, an end or an absence noted by mistake: the patient is expected again.

    Raises:
        NotExpected: none of them was noted. NoSuchAppointment: there is none.
    """
    booking, hand = lock_booking(appointment_id), Hand(by, via, at)
    if State(booking.state) not in _NOTED:
        raise NotExpected
    return _set(booking, State.BOOKED, What.RESTORED, hand)


def _check_expected(booking: Booking) -> None:
    if State(booking.state) not in EXPECTED:
        raise NotExpected


def _set(booking: Booking, state: State, what: What, hand: Hand, *, reason: str = "") -> AppointmentRow:
    booking.state, booking.changed_at = state.value, hand.at
    booking.version += 1
    booking.save(update_fields=["state", "changed_at", "version"])
    return settle(booking, what, hand, reason=reason)
