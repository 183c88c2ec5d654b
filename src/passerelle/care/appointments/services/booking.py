"""Book: one winner for a place, whoever asks and however often."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.appointments.models import Agenda, AppointmentKind, Booking
from passerelle.care.appointments.rules.vocabulary import OUTSIDE, State, Via, What
from passerelle.care.appointments.selectors.bookings import rows_of
from passerelle.care.appointments.selectors.delays import delays_at
from passerelle.care.appointments.selectors.rows import AppointmentRow, SlotRow
from passerelle.care.appointments.selectors.slots import nearest_slots
from passerelle.care.appointments.services.places import lock_agendas, new_number, seat_in, slot_for
from passerelle.care.appointments.services.refusals import AlreadyBooked, NotBookable, SlotTaken, TooFar, TooSoon
from passerelle.care.appointments.services.settling import Hand, settle
from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.audit.api import Actor


@dataclass(frozen=True, slots=True)
class Wanted:
    """An appointment asked: `request_key` is that of the form or of the caller; the same key again is the same request.

    `local_identity_id` is the patient's file at the establishment of the agenda.
    """

    agenda_id: UUID
    kind: str
    starts_at: datetime
    local_identity_id: UUID
    via: Via
    request_key: str = ""
    note: str = field(default="", repr=False)


def book(*, wanted: Wanted, by: Actor, at: datetime) -> AppointmentRow:
    """Book a place; the same request again returns the same appointment.

    Raises:
        SlotTaken: somebody has it, or the agenda is not open then (NotOpen); `nearest` tells the free places around.
        NotBookable: this kind is not given by this door, or this file is not of the establishment.
        TooSoon, TooFar: out of the delays of those who book from outside.
        AlreadyBooked: an appointment of this kind is already expected here.
    """
    try:
        return _book(wanted, Hand(by, wanted.via, at))
    except SlotTaken as refusal:
        refusal.nearest = _nearest(wanted, at)
        raise


@transaction.atomic
def _book(wanted: Wanted, hand: Hand) -> AppointmentRow:
    agenda = lock_agendas(wanted.agenda_id)[wanted.agenda_id]
    done = _done_before(wanted)
    if done is not None:
        return done
    kind = _kind_given(wanted)
    _check_file(wanted, agenda)
    if wanted.via in OUTSIDE:
        _check_delays(wanted, agenda, hand.at)
    slot = slot_for(agenda, kind, wanted.starts_at)
    seat = seat_in(agenda, slot)
    number = new_number()
    booking = Booking.objects.create(
        id=record.appointment_id(agenda.establishment, number),
        number=number,
        establishment=agenda.establishment,
        site=agenda.site,
        agenda=agenda,
        kind=kind,
        seat=seat,
        local_identity_id=wanted.local_identity_id,
        starts_at=slot.period.start,
        ends_at=slot.period.end,
        state=State.BOOKED.value,
        via=wanted.via.value,
        note=wanted.note[:500],
        request_key=wanted.request_key,
        made_at=hand.at,
        changed_at=hand.at,
    )
    return settle(booking, What.BOOKED, hand)


def _done_before(wanted: Wanted) -> AppointmentRow | None:
    """Return what this very request gave the first time; a key used for something else is another's."""
    if not wanted.request_key:
        return None
    row = Booking.objects.select_related("agenda", "kind").filter(request_key=wanted.request_key).first()
    if row is None:
        return None
    if row.local_identity_id != wanted.local_identity_id:
        raise NotBookable
    return rows_of([row])[0]


def _kind_given(wanted: Wanted) -> AppointmentKind:
    kind = AppointmentKind.objects.filter(code=wanted.kind, is_active=True).first()
    if kind is None or not is_given_by(kind, wanted.via):
        raise NotBookable
    return kind


def is_given_by(kind: AppointmentKind, via: Via) -> bool:
    """Tell whether a kind may be booked by this door."""
    doors = {
        Via.PATIENT: kind.books_online,
        Via.REPRESENTATIVE: kind.books_online,
        Via.TOWN: kind.books_from_town,
        Via.INVITATION: kind.books_by_invitation,
        Via.DESK: kind.books_at_desk,
    }
    return doors.get(via, True)


def _check_file(wanted: Wanted, agenda: Agenda) -> None:
    try:
        traits = identity.local_traits(wanted.local_identity_id)
    except LookupError:
        raise NotBookable from None
    if traits.establishment != agenda.establishment or traits.deceased_at is not None:
        raise NotBookable


def _check_delays(wanted: Wanted, agenda: Agenda, at: datetime) -> None:
    delays = delays_at(at)
    if wanted.starts_at < delays.earliest(at):
        raise TooSoon
    if wanted.starts_at >= delays.latest(at):
        raise TooFar
    person_id = identity.person_of(wanted.local_identity_id)
    files = [one.id for one in identity.local_identities(person_id)]
    same = (
        Booking.objects.expected()
        .of(*files)
        .filter(kind=wanted.kind, establishment=agenda.establishment, starts_at__gt=at)
    )
    if wanted.via is Via.REPRESENTATIVE:  # what a minor keeps secret is not told by a refusal
        same = same.exclude(pk__in=consent.secret_items(person_id, at=at))
    existing = same.select_related("agenda", "kind").order_by("starts_at", "id").first()
    if existing is not None:
        raise AlreadyBooked(rows_of([existing])[0])


def _nearest(wanted: Wanted, at: datetime) -> tuple[SlotRow, ...]:
    agenda = Agenda.objects.get(pk=wanted.agenda_id)
    not_before = delays_at(at).earliest(at) if wanted.via in OUTSIDE else at
    found = nearest_slots(
        establishment=agenda.establishment, kind=wanted.kind, around=wanted.starts_at, not_before=not_before
    )
    return tuple(found)
