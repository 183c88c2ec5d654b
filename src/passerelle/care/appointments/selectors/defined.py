"""What is declared of an agenda, for the pages where it is declared."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from passerelle.care.appointments.models import Agenda, Booking, BookingQuerySet, Closure, ExtraOpening, Opening
from passerelle.care.appointments.rules.vocabulary import WEEKDAYS
from passerelle.care.appointments.selectors.bookings import rows_of
from passerelle.care.appointments.selectors.rows import AppointmentRow
from passerelle.core.ui.api import french


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """A rule of opening, or an opening of one day, as a line."""

    id: int
    when: str
    hours: str
    step_minutes: int
    capacity: int
    kinds: str
    validity: str
    is_extra: bool = False


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """A closure, with how many people are still expected in it."""

    id: int
    starts_at: datetime
    ends_at: datetime
    reason: str
    made_by: str
    is_of_all: bool
    still_expected: int


def openings_of(agenda_id: UUID, *, on: date) -> list[OpeningRow]:
    """Return the openings of an agenda that are in force or to come, by weekday then hour; days apart last."""
    rules = Opening.objects.filter(Q(valid_until=None) | Q(valid_until__gt=on), agenda_id=agenda_id)
    extras = ExtraOpening.objects.filter(agenda_id=agenda_id, day__gte=on)
    return [_rule(row) for row in rules.prefetch_related("kinds").order_by("weekday", "starts", "id")] + [
        _extra(row) for row in extras.prefetch_related("kinds").order_by("day", "starts", "id")
    ]


def _rule(row: Opening) -> OpeningRow:
    until = f", jusqu’au {french.day(row.valid_until)} exclu" if row.valid_until else ""
    return OpeningRow(
        id=row.pk,
        when=WEEKDAYS[row.weekday],
        hours=f"{french.hour(row.starts)} – {french.hour(row.ends)}",
        step_minutes=row.step_minutes,
        capacity=row.capacity,
        kinds=_kinds(row),
        validity=f"depuis le {french.day(row.valid_from)}{until}",
    )


def _extra(row: ExtraOpening) -> OpeningRow:
    return OpeningRow(
        id=row.pk,
        when=french.day(row.day),
        hours=f"{french.hour(row.starts)} – {french.hour(row.ends)}",
        step_minutes=row.step_minutes,
        capacity=row.capacity,
        kinds=_kinds(row),
        validity="ce jour seulement",
        is_extra=True,
    )


def _kinds(row: Opening | ExtraOpening) -> str:
    return ", ".join(sorted(one.label for one in row.kinds.all())) or "toutes"


def closures_of(agenda_id: UUID, establishment: str, *, at: datetime) -> list[ClosureRow]:
    """Return the closures of an agenda that are not over, its establishment's included."""
    rows = Closure.objects.filter(
        Q(agenda_id=agenda_id) | Q(agenda=None, establishment=establishment), ends_at__gt=at
    ).order_by("starts_at", "id")
    return [
        ClosureRow(
            id=row.pk,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            reason=row.reason,
            made_by=row.made_by,
            is_of_all=row.agenda_id is None,
            still_expected=_expected(agenda_id, establishment, row.starts_at, row.ends_at).count(),
        )
        for row in rows
    ]


def hit_by_closure(
    *, agenda_id: UUID | None, establishment: str, starts_at: datetime, ends_at: datetime
) -> list[AppointmentRow]:
    """Return the appointments that a closure touches; of all the agendas of the establishment without `agenda_id`."""
    return rows_of(_expected(agenda_id, establishment, starts_at, ends_at).order_by("starts_at", "id"))


def _expected(agenda_id: UUID | None, establishment: str, starts_at: datetime, ends_at: datetime) -> BookingQuerySet:
    rows = Booking.objects.expected().over(starts_at, ends_at)
    if agenda_id is not None:
        return rows.filter(agenda_id=agenda_id)
    return rows.filter(establishment=establishment).exclude(agenda=None)


def is_known(establishment: str, name: str, *, but: UUID | None = None) -> bool:
    """Tell whether an agenda of the establishment has this name."""
    rows = Agenda.objects.filter(establishment=establishment, name=name)
    return rows.exclude(pk=but).exists() if but else rows.exists()
