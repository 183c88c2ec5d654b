"""A freed place is offered to the waiting list, one person at a time, in its order, for a stated time."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from passerelle.care.appointments.models import Agenda, Booking, Offer, WaitingEntry
from passerelle.care.appointments.rules.openings import Period, Slot
from passerelle.care.appointments.rules.vocabulary import EXPECTED, EXPECTED_VALUES, Answer, Standing, State, Via, What
from passerelle.care.appointments.selectors.bookings import rows_of
from passerelle.care.appointments.selectors.delays import delays_at
from passerelle.care.appointments.selectors.slots import free_slots
from passerelle.care.appointments.services.places import new_number, seat_in, slot_for
from passerelle.care.appointments.services.refusals import SlotTaken
from passerelle.care.appointments.services.settling import Hand, note
from passerelle.care.appointments.services.telling import Changed, tell
from passerelle.care.record import api as record
from passerelle.core.audit.api import Actor

#: Who signs what nobody in particular did.
HOUSE: Final = Actor(account_id=None, name="Passerelle", role="system")
_HORIZON: Final = timedelta(days=60)


def offer_freed(agenda: Agenda, left: Period, *, at: datetime) -> Offer | None:
    """Offer a place that was just left to the first of the list whom it suits; None when nobody is, or it is too near.

    The caller holds a transaction. An agenda that somebody else is writing in is left to `refill`.
    """
    if delays_at(at).offer_until(left.start, at) is None:
        return None
    held = Agenda.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=agenda.pk, is_active=True).first()
    if held is None:
        return None
    return next((made for entry in _in_order(held, left.start) if (made := _offer(entry, held, left.start, at))), None)


def _in_order(agenda: Agenda, start: datetime) -> Iterable[WaitingEntry]:
    """Yield the entries that this place may suit, the first to join first, each locked."""
    day = timezone.localdate(start)
    offered = Offer.objects.filter(entry=OuterRef("pk"), hold__agenda=agenda, hold__starts_at=start)
    rows = (
        WaitingEntry.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("kind", "booking")
        .filter(
            ~Exists(offered),
            Q(agenda=None) | Q(agenda=agenda),
            Q(not_after=None) | Q(not_after__gt=day),
            establishment=agenda.establishment,
            standing=Standing.WAITING.value,
            not_before__lte=day,
        )
    )
    return rows.order_by("joined_at", "id")


def _offer(entry: WaitingEntry, agenda: Agenda, start: datetime, at: datetime) -> Offer | None:
    if not _is_earlier(entry, start):
        return None
    try:
        slot = slot_for(agenda, entry.kind, start)
        seat = seat_in(agenda, slot)
    except SlotTaken:
        return None
    until = delays_at(at).offer_until(start, at)
    return _keep_for(entry, agenda, slot, seat, at=at, until=until) if until is not None else None


def _is_earlier(entry: WaitingEntry, start: datetime) -> bool:
    booking = entry.booking
    return booking is None or (State(booking.state) in EXPECTED and start < booking.starts_at)


def _keep_for(entry: WaitingEntry, agenda: Agenda, slot: Slot, seat: int, *, at: datetime, until: datetime) -> Offer:
    number = new_number()
    hold = Booking.objects.create(
        id=record.appointment_id(agenda.establishment, number),
        number=number,
        establishment=agenda.establishment,
        site=agenda.site,
        agenda=agenda,
        kind=entry.kind,
        seat=seat,
        local_identity_id=entry.local_identity_id,
        starts_at=slot.period.start,
        ends_at=slot.period.end,
        state=State.HELD.value,
        via=Via.WAITING.value,
        held_until=until,
        made_at=at,
        changed_at=at,
    )
    offer = Offer.objects.create(entry=entry, hold=hold, offered_at=at, expires_at=until, answer=Answer.NONE.value)
    _stand(entry, Standing.OFFERED, at)
    note(hold, What.OFFERED, Hand(HOUSE, Via.WAITING, at))
    tell(Changed(What.OFFERED, rows_of([hold])[0], at, Via.WAITING, until=until))
    return offer


def close_offer(offer: Offer, answer: Answer, hand: Hand) -> None:
    """Give back the place of an open offer, put its entry back at its rank unless it left, offer it to the next."""
    hold, entry = offer.hold, offer.entry
    release(hold, hand.at)
    offer.answer, offer.answered_at = answer.value, hand.at
    offer.save(update_fields=["answer", "answered_at"])
    if entry.standing == Standing.OFFERED.value:
        _stand(entry, Standing.WAITING, hand.at)
    note(hold, What.LAPSED, hand, reason=answer.label)
    tell(Changed(What.LAPSED, rows_of([hold])[0], hand.at, hand.via))
    if hold.agenda is not None:
        offer_freed(hold.agenda, Period(hold.starts_at, hold.ends_at), at=hand.at)


def release(hold: Booking, at: datetime) -> None:
    """Free the place that was kept."""
    hold.state, hold.changed_at, hold.held_until = State.RELEASED.value, at, None
    hold.version += 1
    hold.save(update_fields=["state", "changed_at", "held_until", "version"])


def _stand(entry: WaitingEntry, standing: Standing, at: datetime) -> None:
    entry.standing, entry.changed_at = standing.value, at
    entry.save(update_fields=["standing", "changed_at"])


def withdraw_offers_of(booking: Booking, hand: Hand) -> None:
    """Close what is offered in the place of a booking that changes."""
    rows = (
        Offer.objects.select_for_update(of=("self",))
        .select_related("entry", "entry__kind", "hold", "hold__agenda", "hold__kind")
        .filter(entry__booking=booking, answer=Answer.NONE.value)
        .order_by("id")
    )
    for offer in rows:
        close_offer(offer, Answer.WITHDRAWN, hand)


def expire_offers(*, at: datetime) -> int:
    """Close the offers that nobody answered in time, each in its own transaction; return how many."""
    due = Offer.objects.filter(answer=Answer.NONE.value, expires_at__lte=at).order_by("expires_at", "id")
    return sum(_expire(offer_id, at) for offer_id in due.values_list("pk", flat=True))


@transaction.atomic
def _expire(offer_id: UUID, at: datetime) -> bool:
    offer = (
        Offer.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("entry", "entry__kind", "hold", "hold__agenda", "hold__kind")
        .filter(pk=offer_id, answer=Answer.NONE.value)
        .first()
    )
    if offer is None:
        return False
    close_offer(offer, Answer.EXPIRED, Hand(HOUSE, Via.WAITING, at))
    return True


def refill(*, at: datetime) -> int:
    """Offer free places to those who wait for one, in order; return how many: what `offer_freed` had to leave.

    Nobody waits while an earlier place that suits them is free and was never offered to them. Who waits for nothing any
    more is taken off the list first.
    """
    _take_off(at)
    groups = (
        WaitingEntry.objects.filter(standing=Standing.WAITING.value)
        .values_list("establishment", "kind_id")
        .distinct()
        .order_by("establishment", "kind_id")
    )
    return sum(_refill_group(establishment, kind, at) for establishment, kind in list(groups))


def _take_off(at: datetime) -> None:
    """Take off the list whose appointment took place or is past, and whose last day is over: they may join again."""
    is_over = Q(booking__starts_at__lte=at) | (Q(booking__isnull=False) & ~Q(booking__state__in=EXPECTED_VALUES))
    rows = WaitingEntry.objects.filter(is_over | Q(not_after__lte=timezone.localdate(at)))
    rows.filter(standing=Standing.WAITING.value).update(standing=Standing.LEFT.value, changed_at=at)


def _refill_group(establishment: str, kind: str, at: datetime) -> int:
    start = at + timedelta(hours=delays_at(at).offer_margin_hours)
    slots = free_slots(establishment=establishment, kind=kind, start=start, end=at + _HORIZON)
    latest = _latest_wanted(establishment, kind)
    wanted = [slot for slot in slots if latest is None or slot.starts_at < latest]
    agendas = Agenda.objects.in_bulk({slot.agenda_id for slot in wanted})
    made = 0
    for slot in wanted:
        for _ in range(slot.free):
            with transaction.atomic():
                offer = offer_freed(agendas[slot.agenda_id], Period(slot.starts_at, slot.ends_at), at=at)
            if offer is None:
                break
            made += 1
        if not _is_anybody_waiting(establishment, kind):
            break
    return made


def _latest_wanted(establishment: str, kind: str) -> datetime | None:
    """Return the start of the last appointment that somebody would bring forward; None when one has no appointment."""
    rows: Sequence[datetime | None] = list(
        WaitingEntry.objects.filter(
            establishment=establishment, kind_id=kind, standing=Standing.WAITING.value
        ).values_list("booking__starts_at", flat=True)
    )
    starts = [one for one in rows if one is not None]
    return max(starts) if starts and len(starts) == len(rows) else None


def _is_anybody_waiting(establishment: str, kind: str) -> bool:
    rows = WaitingEntry.objects.filter(establishment=establishment, kind_id=kind, standing=Standing.WAITING.value)
    return rows.exists()
