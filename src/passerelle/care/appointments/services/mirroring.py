"""An appointment that an application of the hospital keeps, mirrored in the table, even beyond the capacity."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.appointments.models import Agenda, AppointmentKind, Booking
from passerelle.care.appointments.rules.openings import Period, Slot
from passerelle.care.appointments.rules.vocabulary import TAKING, State, What
from passerelle.care.appointments.services.changing import call_off
from passerelle.care.appointments.services.moving import put_at
from passerelle.care.appointments.services.places import lock_agendas, seat_beyond
from passerelle.care.appointments.services.settling import Hand, settle

_WHAT = {
    State.BOOKED: What.RESTORED,
    State.ARRIVED: What.ARRIVED,
    State.DONE: What.DONE,
    State.MISSED: What.MISSED,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What an application tells of an appointment; `agenda` and `kind` are ours, when it names them."""

    id: UUID
    number: str
    establishment: str
    local_identity_id: UUID
    state: State
    period: Period
    agenda: Agenda | None = None
    kind: AppointmentKind | None = None
    site: str = ""
    place: str = ""
    practitioner: str = ""
    reason: str = ""


@transaction.atomic
def mirror(told: Told, hand: Hand) -> None:
    """Bring the table to what an application tells; told again, nothing changes."""
    held = Booking.objects.filter(pk=told.id).values_list("agenda_id", flat=True).first()
    lock_agendas(told.agenda.pk if told.agenda else None, held)
    booking = (
        Booking.objects.select_for_update(of=("self",)).select_related("agenda", "kind").filter(pk=told.id).first()
    )
    if booking is None:
        _make(told, hand)
    else:
        _follow(booking, told, hand)


def _make(told: Told, hand: Hand) -> None:
    taking = told.state in TAKING
    booking = Booking.objects.create(
        id=told.id,
        number=told.number[:80],
        establishment=told.establishment,
        site=told.agenda.site if told.agenda else told.site,
        agenda=told.agenda,
        kind=told.kind,
        seat=seat_beyond(told.agenda, told.period) if taking else 1,
        local_identity_id=told.local_identity_id,
        starts_at=told.period.start,
        ends_at=told.period.end,
        state=told.state.value,
        via=hand.via.value,
        is_external=True,
        place=told.place[:160],
        practitioner=told.practitioner[:120],
        made_at=hand.at,
        changed_at=hand.at,
    )
    settle(booking, What.CANCELLED if told.state is State.CANCELLED else What.BOOKED, hand, reason=told.reason)


def _follow(booking: Booking, told: Told, hand: Hand) -> None:
    state = State(booking.state)
    if told.state is State.CANCELLED:
        if state is not State.CANCELLED:
            call_off(booking, hand, reason=told.reason)
        return
    _move(booking, told, hand)
    if not _says_the_same(State(booking.state), told.state):
        _take_state(booking, told, hand)


def _move(booking: Booking, told: Told, hand: Hand) -> None:
    agenda = told.agenda or booking.agenda
    is_there = Period(booking.starts_at, booking.ends_at) == told.period and booking.agenda == agenda
    if is_there:
        return
    seat = seat_beyond(agenda, told.period, but=booking.pk)
    put_at(booking, agenda, Slot(told.period, seat), seat, hand)


def _says_the_same(ours: State, theirs: State) -> bool:
    """Tell whether nothing is new: what was confirmed with us is still booked for who does not know it."""
    return ours is theirs or (ours is State.CONFIRMED and theirs is State.BOOKED)


def _take_state(booking: Booking, told: Told, hand: Hand) -> None:
    if State(booking.state) not in TAKING:
        booking.seat = seat_beyond(booking.agenda, told.period, but=booking.pk)
    booking.state, booking.changed_at = told.state.value, hand.at
    booking.version += 1
    booking.save(update_fields=["state", "seat", "changed_at", "version"])
    settle(booking, _WHAT.get(told.state, What.RESTORED), hand, reason=told.reason)


def named_agenda(establishment: str, codes: set[str]) -> Agenda | None:
    """Return the agenda of an establishment that bears one of these codes, or this professional's; None without."""
    rows = Agenda.objects.filter(establishment=establishment).order_by("name", "id")
    return next((row for row in rows if ({row.rpps, *map(str, row.resource_codes)} - {""}) & codes), None)


def named_kind(codes: set[str]) -> AppointmentKind | None:
    """Return the kind that bears one of these codes; None without."""
    rows = AppointmentKind.objects.order_by("code")
    return next((row for row in rows if {row.code, *map(str, row.siu_codes)} & codes), None)


def is_later(booking_id: UUID, at: datetime) -> bool:
    """Tell whether an appointment of ours changed here after this moment: an old message says nothing new of it."""
    return Booking.objects.filter(pk=booking_id, is_external=False, changed_at__gt=at).exists()
