"""The waiting list: join, leave, accept or refuse a place offered."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from passerelle.care.appointments.models import Booking, Offer, WaitingEntry
from passerelle.care.appointments.rules.openings import Period
from passerelle.care.appointments.rules.vocabulary import EXPECTED, Answer, Standing, State, Via, What
from passerelle.care.appointments.selectors.bookings import NoSuchAppointment
from passerelle.care.appointments.selectors.rows import AppointmentRow
from passerelle.care.appointments.services.locking import lock_booking
from passerelle.care.appointments.services.refilling import close_offer, offer_freed, release
from passerelle.care.appointments.services.refusals import AlreadyWaiting, NotBookable, NotExpected, OfferClosed
from passerelle.care.appointments.services.settling import Hand, settle
from passerelle.core.audit.api import Actor


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody waits for: any agenda of the establishment without `agenda_id`; `not_after` is excluded."""

    establishment: str
    kind: str
    local_identity_id: UUID
    not_before: date
    not_after: date | None = None
    agenda_id: UUID | None = None
    booking_id: UUID | None = None


def join_list(*, wish: Wish, by: Actor, at: datetime) -> UUID:
    """Put somebody on the waiting list, at its end; return the id of the entry.

    Raises:
        AlreadyWaiting: they are on it for this kind here.
    """
    try:
        with transaction.atomic():
            return WaitingEntry.objects.create(
                establishment=wish.establishment,
                kind_id=wish.kind,
                agenda_id=wish.agenda_id,
                booking_id=wish.booking_id,
                local_identity_id=wish.local_identity_id,
                not_before=wish.not_before,
                not_after=wish.not_after,
                standing=Standing.WAITING.value,
                joined_at=at,
                joined_by=by.name,
                changed_at=at,
            ).pk
    except IntegrityError as refusal:
        if "waiting_once" in str(refusal):
            raise AlreadyWaiting from refusal
        raise


def bring_forward(*, appointment_id: UUID, by: Actor, at: datetime) -> UUID:
    """Put on the list whoever has this appointment and would come earlier.

    Raises:
        NotExpected: it is cancelled or past. NotBookable: its kind is unknown. AlreadyWaiting, NoSuchAppointment.
    """
    booking = Booking.objects.select_related("agenda", "kind").filter(pk=appointment_id).first()
    if booking is None:
        raise NoSuchAppointment
    if State(booking.state) not in EXPECTED or booking.starts_at <= at:
        raise NotExpected
    if booking.agenda is None or booking.kind is None:
        raise NotBookable
    wish = Wish(
        establishment=booking.establishment,
        kind=booking.kind.code,
        local_identity_id=booking.local_identity_id,
        not_before=at.date(),
        booking_id=booking.pk,
    )
    return join_list(wish=wish, by=by, at=at)


@transaction.atomic
def leave_list(*, entry_id: UUID, by: Actor, via: Via, at: datetime) -> None:
    """Take somebody off the list; what is offered to them goes to the next. Off it already, nothing changes."""
    entry = WaitingEntry.objects.select_for_update().filter(pk=entry_id).first()
    if entry is None or entry.standing not in {Standing.WAITING.value, Standing.OFFERED.value}:
        return
    entry.standing, entry.changed_at = Standing.LEFT.value, at
    entry.save(update_fields=["standing", "changed_at"])
    for offer in _open_offers().filter(entry=entry):
        close_offer(offer, Answer.WITHDRAWN, Hand(by, via, at))


@transaction.atomic
def refuse_offer(*, offer_id: UUID, by: Actor, via: Via, at: datetime) -> None:
    """Refuse a place offered: one keeps one's rank in the list, and the place goes to the next.

    Raises:
        OfferClosed: it is answered, or its time is over.
    """
    close_offer(_open(offer_id, at), Answer.REFUSED, Hand(by, via, at))


@transaction.atomic
def accept_offer(*, offer_id: UUID, by: Actor, via: Via, at: datetime) -> AppointmentRow:
    """Take a place offered: the appointment one had is moved there, else it is a new one; return it.

    Raises:
        OfferClosed: it is answered, or its time is over.
    """
    found = Offer.objects.select_related("entry", "hold").filter(pk=offer_id).first()
    if found is None:
        raise OfferClosed
    booking_id = found.entry.booking_id
    booking = lock_booking(booking_id or found.hold_id, found.hold.agenda_id)
    offer, hand = _open(offer_id, at), Hand(by, via, at)
    if booking_id is not None and State(booking.state) not in EXPECTED:
        raise OfferClosed
    offer.answer, offer.answered_at = Answer.ACCEPTED.value, at
    offer.save(update_fields=["answer", "answered_at"])
    WaitingEntry.objects.filter(pk=offer.entry_id).update(standing=Standing.SERVED.value, changed_at=at)
    return _move_there(booking, offer.hold, hand) if booking_id is not None else _take(offer.hold, hand)


def _take(hold: Booking, hand: Hand) -> AppointmentRow:
    hold.state, hold.held_until, hold.changed_at = State.BOOKED.value, None, hand.at
    hold.version += 1
    hold.save(update_fields=["state", "held_until", "changed_at", "version"])
    return settle(hold, What.BOOKED, hand)


def _move_there(booking: Booking, hold: Booking, hand: Hand) -> AppointmentRow:
    was, left = Period(booking.starts_at, booking.ends_at), booking.agenda
    release(hold, hand.at)
    booking.agenda, booking.site, booking.seat = hold.agenda, hold.site, hold.seat
    booking.starts_at, booking.ends_at = hold.starts_at, hold.ends_at
    booking.state, booking.changed_at = State.BOOKED.value, hand.at
    booking.version += 1
    booking.save(update_fields=["agenda", "site", "seat", "starts_at", "ends_at", "state", "changed_at", "version"])
    row = settle(booking, What.MOVED, hand, was_at=was.start, left=left)
    if left is not None:
        offer_freed(left, was, at=hand.at)
    return row


def _open(offer_id: UUID, at: datetime) -> Offer:
    offer = _open_offers().filter(pk=offer_id).first()
    if offer is None or at >= offer.expires_at:
        raise OfferClosed
    return offer


def _open_offers() -> QuerySet[Offer]:
    return (
        Offer.objects.select_for_update(of=("self",))
        .select_related("entry", "entry__kind", "hold", "hold__agenda", "hold__kind")
        .filter(answer=Answer.NONE.value)
        .order_by("id")
    )
