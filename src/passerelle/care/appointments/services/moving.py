"""Move an appointment: the place it leaves goes to the waiting list."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.appointments.models import Agenda, AppointmentKind, Booking
from passerelle.care.appointments.rules.openings import Period, Slot
from passerelle.care.appointments.rules.vocabulary import EXPECTED, OUTSIDE, State, Via, What
from passerelle.care.appointments.selectors.bookings import rows_of
from passerelle.care.appointments.selectors.delays import delays_at
from passerelle.care.appointments.selectors.rows import AppointmentRow, SlotRow
from passerelle.care.appointments.selectors.slots import nearest_slots
from passerelle.care.appointments.services.locking import lock_booking
from passerelle.care.appointments.services.places import seat_in, slot_for
from passerelle.care.appointments.services.refilling import offer_freed, withdraw_offers_of
from passerelle.care.appointments.services.refusals import (
    KeptElsewhere,
    NotBookable,
    NotExpected,
    SlotTaken,
    TooFar,
    TooLate,
    TooSoon,
)
from passerelle.care.appointments.services.settling import Hand, settle
from passerelle.core.audit.api import Actor


def move(
    *,
    appointment_id: UUID,
    starts_at: datetime,
    by: Actor,
    via: Via,
    at: datetime,
    agenda_id: UUID | None = None,
) -> AppointmentRow:
    """Move an appointment to another free place, of its agenda or of another one of the same establishment.

    The same move again changes nothing. What was confirmed is to be confirmed again.

    Raises:
        SlotTaken: as for `book`.
        TooLate: the delay of those from outside is over. TooSoon, TooFar: the new place is out of their delays.
        NotExpected: it is cancelled, or past. KeptElsewhere: no agenda of ours holds it.
        NotBookable: the other agenda is not of the establishment.
        NoSuchAppointment, NoSuchAgenda: they are not there.
    """
    try:
        return _move(appointment_id, starts_at, agenda_id, Hand(by, via, at))
    except SlotTaken as refusal:
        refusal.nearest = _nearest(appointment_id, starts_at, at)
        raise


@transaction.atomic
def _move(appointment_id: UUID, starts_at: datetime, agenda_id: UUID | None, hand: Hand) -> AppointmentRow:
    booking = lock_booking(appointment_id, agenda_id)
    agenda, kind = _agenda_for(booking, agenda_id), booking.kind
    if agenda is None or kind is None:
        raise KeptElsewhere
    _check(booking, starts_at, hand)
    slot = slot_for(agenda, kind, starts_at)
    seat = seat_in(agenda, slot, but=booking.pk)
    return put_at(booking, agenda, slot, seat, hand)


def _agenda_for(booking: Booking, agenda_id: UUID | None) -> Agenda | None:
    if agenda_id is None or agenda_id == booking.agenda_id:
        held: Agenda | None = booking.agenda
        return held
    agenda = Agenda.objects.get(pk=agenda_id)
    if agenda.establishment != booking.establishment:
        raise NotBookable
    return agenda


def _check(booking: Booking, starts_at: datetime, hand: Hand) -> None:
    state = State(booking.state)
    if state not in EXPECTED:
        raise NotExpected
    if hand.via not in OUTSIDE:
        return
    delays = delays_at(hand.at)
    if not delays.may_move(state, booking.starts_at, hand.at):
        raise TooLate
    if starts_at < delays.earliest(hand.at):
        raise TooSoon
    if starts_at >= delays.latest(hand.at):
        raise TooFar


def put_at(booking: Booking, agenda: Agenda | None, slot: Slot, seat: int, hand: Hand) -> AppointmentRow:
    """Put a locked booking at a place that is free, and offer the one it leaves."""
    was, left = Period(booking.starts_at, booking.ends_at), booking.agenda
    is_same = was == slot.period and left == agenda
    if not is_same:
        withdraw_offers_of(booking, hand)
        booking.agenda, booking.site, booking.seat = agenda, agenda.site if agenda else booking.site, seat
        booking.starts_at, booking.ends_at = slot.period.start, slot.period.end
        booking.state, booking.changed_at = State.BOOKED.value, hand.at
        booking.version += 1
        booking.save(update_fields=["agenda", "site", "seat", "starts_at", "ends_at", "state", "changed_at", "version"])
    row = settle(booking, What.MOVED, hand, was_at=was.start, left=left) if not is_same else _unchanged(booking)
    if not is_same and left is not None:
        offer_freed(left, was, at=hand.at)
    return row


def _unchanged(booking: Booking) -> AppointmentRow:
    return rows_of([booking])[0]


def _nearest(appointment_id: UUID, around: datetime, at: datetime) -> tuple[SlotRow, ...]:
    booking = Booking.objects.select_related("kind").get(pk=appointment_id)
    kind: AppointmentKind | None = booking.kind
    if kind is None:
        return ()
    not_before = delays_at(at).earliest(at)
    return tuple(
        nearest_slots(establishment=booking.establishment, kind=kind.code, around=around, not_before=not_before)
    )
