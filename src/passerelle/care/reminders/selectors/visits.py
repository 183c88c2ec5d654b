"""What the link of a reminder shows: little to whoever holds it, the rest to who knows the birth date."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from passerelle.care.appointments import api as appointments
from passerelle.care.appointments.api import AppointmentRow, Instructions, SlotRow
from passerelle.care.consent import api as consent
from passerelle.care.reminders import declared
from passerelle.care.reminders.rules.declared import is_discreet
from passerelle.care.reminders.services.links import appointment_of

_WEEKS: Final = timedelta(weeks=6)
_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment seen by its link. `where` tells no unit: a unit tells the care.

    `is_discreet`: the place itself tells the care, and is said to who knows the birth date only.
    """

    id: UUID
    person_id: UUID | None
    moment: str
    where: str
    city: str
    instructions: Instructions
    label: str
    is_expected: bool
    is_confirmed: bool
    is_over: bool
    may_move: bool
    starts_at: datetime
    place: str
    is_discreet: bool


def visit_of(token: str, *, at: datetime) -> Visit | None:
    """Return what a token leads to; None when it leads nowhere any more."""
    appointment_id = appointment_of(token, at=at)
    if appointment_id is None:
        return None
    try:
        row = appointments.appointment_row(appointment_id)
    except appointments.NoSuchAppointment:
        return None
    return None if _is_secret(row, at) else _visit(row, at)


def _is_secret(row: AppointmentRow, at: datetime) -> bool:
    """Tell whether a minor keeps it secret: whoever holds the phone is perhaps a parent."""
    return row.person_id is not None and row.id in consent.secret_items(row.person_id, at=at)


def other_slots(visit: Visit, *, at: datetime) -> list[SlotRow]:
    """Return some free places for the same kind, at most two a day so that several days are offered."""
    row = appointments.appointment_row(visit.id)
    found = appointments.free_slots(
        establishment=row.establishment,
        kind=row.kind_code,
        start=at + timedelta(days=1),
        end=at + _WEEKS,
        site=row.site,
        agenda_id=row.agenda_id,
    )
    kept: list[SlotRow] = []
    for slot in found:
        if slot.starts_at == row.starts_at:
            continue
        same_day = [one for one in kept if one.starts_at.date() == slot.starts_at.date()]
        if len(same_day) < 2:
            kept.append(slot)
    return kept[:_MOST]


def _visit(row: AppointmentRow, at: datetime) -> Visit:
    state = appointments.State
    return Visit(
        id=row.id,
        person_id=row.person_id,
        moment=row.moment_in_words,
        where=row.site_name or row.establishment_name,
        city=row.city,
        instructions=appointments.instructions_for(row.kind_code, row.site),
        label=row.label,
        is_expected=row.is_expected and row.starts_at > at,
        is_confirmed=row.state is state.CONFIRMED,
        is_over=row.starts_at <= at,
        may_move=row.is_expected and row.agenda_id is not None and not row.is_external,
        starts_at=row.starts_at,
        place=row.place,
        is_discreet=is_discreet(declared.rules(), establishment=row.establishment),
    )
