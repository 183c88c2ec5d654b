"""Take a place of an agenda: under its lock, in its rules, on a free seat."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from passerelle.care.appointments.models import Agenda, AppointmentKind, Booking
from passerelle.care.appointments.rules.openings import Period, Slot, free_seats, slot_at
from passerelle.care.appointments.selectors.agendas import NoSuchAgenda, rules_of
from passerelle.care.appointments.services.refusals import NotOpen, SlotTaken


def lock_agendas(*agenda_ids: UUID | None) -> dict[UUID, Agenda]:
    """Lock agendas until the end of the transaction, always in the same order: bookings of one queue behind it.

    Raises:
        NoSuchAgenda: one is not there.
    """
    wanted = sorted({one for one in agenda_ids if one is not None})
    rows = Agenda.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) != len(wanted):
        raise NoSuchAgenda
    return found


def slot_for(agenda: Agenda, kind: AppointmentKind, start: datetime) -> Slot:
    """Return the slot of an agenda that begins at this moment.

    Raises:
        NotOpen: the agenda is not open then for this kind.
    """
    rules = rules_of([agenda.pk], start=start, end=start + timedelta(minutes=kind.minutes))[agenda.pk]
    slot = slot_at(rules, start, kind=kind.code, minutes=kind.minutes)
    if slot is None or not agenda.is_active:
        raise NotOpen
    return slot


def seat_in(agenda: Agenda, slot: Slot, *, but: UUID | None = None) -> int:
    """Return the first free seat of a slot; what the booking `but` takes counts as free.

    Raises:
        SlotTaken: there is none.
    """
    free = free_seats(slot, _taken(agenda, slot.period, but))
    if not free:
        raise SlotTaken
    return free[0]


def seat_beyond(agenda: Agenda | None, period: Period, *, but: UUID | None = None) -> int:
    """Return the first seat free over a period, beyond the capacity if need be: an application decides for itself."""
    if agenda is None:
        return 1
    busy = {seat for seat, _ in _taken(agenda, period, but)}
    return next(seat for seat in range(1, len(busy) + 2) if seat not in busy)


def _taken(agenda: Agenda, period: Period, but: UUID | None) -> list[tuple[int, Period]]:
    rows = Booking.objects.taking().over(period.start, period.end).filter(agenda=agenda)
    if but is not None:
        rows = rows.exclude(pk=but)
    return [(seat, Period(start, end)) for seat, start, end in rows.values_list("seat", "starts_at", "ends_at")]


def new_number() -> str:
    """Return a number of appointment that nobody has yet."""
    return f"PSR{uuid4().hex[:12].upper()}"
