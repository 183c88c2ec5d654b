"""Declare agendas: openings, exceptions, closures. What is booked already stays booked, and is told."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from passerelle.care.appointments.models import Agenda, AppointmentKind, Closure, ExtraOpening, Opening
from passerelle.care.appointments.rules.openings import PARIS, slots_of
from passerelle.care.appointments.selectors.agendas import rules_of
from passerelle.care.appointments.selectors.slots import taken_in
from passerelle.care.appointments.services.storing import store_schedule, store_slot
from passerelle.core.audit import api as audit
from passerelle.core.audit.api import Actor
from passerelle.core.parameters import api as parameters

_DAYS: Final = "appointments.published_days"


@dataclass(frozen=True, slots=True)
class AgendaSheet:
    """What an agenda says of itself."""

    name: str
    site: str
    unit: str = ""
    practitioner: str = ""
    rpps: str = ""
    place: str = ""
    seats: int = 1
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class OpeningSheet:
    """Hours to open: `starts` to `ends` (excluded), for these kinds (empty: all)."""

    starts: time
    ends: time
    step_minutes: int
    capacity: int = 1
    kinds: tuple[str, ...] = field(default=())


@transaction.atomic
def define_agenda(
    *, establishment: str, sheet: AgendaSheet, by: Actor, at: datetime, agenda_id: UUID | None = None
) -> UUID:
    """Make an agenda, or change one; return its id. Its Schedule is put in the record."""
    if agenda_id is None:
        row = Agenda.objects.create(establishment=establishment, created_at=at, **asdict(sheet))
    else:
        row = Agenda.objects.select_for_update(no_key=True).get(pk=agenda_id)
        for name, value in asdict(sheet).items():
            setattr(row, name, value)
        row.save(update_fields=list(asdict(sheet)))
    store_schedule(row, at=at)
    _trace(row, "defined", by, at)
    return row.pk


@transaction.atomic
def open_weekly(  # noqa: PLR0913 - which agenda, which days, which hours, from when to when, by whom
    *,
    agenda_id: UUID,
    weekdays: Collection[int],
    sheet: OpeningSheet,
    valid_from: date,
    valid_until: date | None,
    by: Actor,
    at: datetime,
) -> None:
    """Open an agenda on weekdays (0 is Monday), from `valid_from` to `valid_until` (excluded)."""
    row = Agenda.objects.get(pk=agenda_id)
    for weekday in sorted(weekdays):
        made = Opening.objects.create(
            agenda=row,
            weekday=weekday,
            starts=sheet.starts,
            ends=sheet.ends,
            step_minutes=sheet.step_minutes,
            capacity=sheet.capacity,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        made.kinds.set(AppointmentKind.objects.filter(code__in=sheet.kinds))
    _trace(row, "opened", by, at)


@transaction.atomic
def open_once(*, agenda_id: UUID, day: date, sheet: OpeningSheet, by: Actor, at: datetime) -> None:
    """Open an agenda on one day more."""
    row = Agenda.objects.get(pk=agenda_id)
    made = ExtraOpening.objects.create(
        agenda=row,
        day=day,
        starts=sheet.starts,
        ends=sheet.ends,
        step_minutes=sheet.step_minutes,
        capacity=sheet.capacity,
    )
    made.kinds.set(AppointmentKind.objects.filter(code__in=sheet.kinds))
    _trace(row, "opened", by, at)


@transaction.atomic
def end_opening(*, agenda_id: UUID, opening_id: int, is_extra: bool, on: date, by: Actor, at: datetime) -> None:
    """End a rule from a day on, or take back an opening of one day; what is booked there stays."""
    if is_extra:
        ExtraOpening.objects.filter(pk=opening_id, agenda_id=agenda_id).delete()
    else:
        rows = Opening.objects.filter(pk=opening_id, agenda_id=agenda_id)
        rows.filter(valid_from__gte=on).delete()
        rows.filter(valid_from__lt=on).update(valid_until=on)
    _trace(Agenda.objects.get(pk=agenda_id), "opening ended", by, at)


@transaction.atomic
def close(  # noqa: PLR0913 - what, from when to when, why, by whom
    *,
    establishment: str,
    agenda_id: UUID | None,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
) -> int:
    """Close an agenda, or all those of an establishment; what is booked there stays until somebody moves it."""
    made = Closure.objects.create(
        establishment=establishment,
        agenda_id=agenda_id,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason[:200],
        made_at=at,
        made_by=by.name,
    )
    audit.record(
        audit.Action.RESOURCE_CHANGED,
        by=by,
        at=at,
        target=f"agenda:{agenda_id or establishment}",
        detail={"what": "closed"},
    )
    return made.pk


@transaction.atomic
def reopen(*, agenda_id: UUID, closure_id: int, by: Actor, at: datetime) -> None:
    """Take back a closure of an agenda."""
    row = Agenda.objects.get(pk=agenda_id)
    Closure.objects.filter(pk=closure_id, establishment=row.establishment).delete()
    _trace(row, "reopened", by, at)


def publish_slots(*, at: datetime) -> int:
    """Put in the record the Slots of the coming weeks of each active agenda; the same again is not a version."""
    days = parameters.legal(_DAYS, at.astimezone(PARIS).date()).as_int
    return sum(_publish(row, at, days) for row in Agenda.objects.filter(is_active=True).order_by("id"))


@transaction.atomic
def _publish(row: Agenda, at: datetime, days: int) -> int:
    end = at + timedelta(days=days)
    rules = rules_of([row.pk], start=at, end=end)[row.pk]
    taken = taken_in([row.pk], start=at, end=end)[row.pk]
    store_schedule(row, at=at)
    slots = slots_of(rules, first=at.astimezone(PARIS).date(), last=end.astimezone(PARIS).date())
    for slot in slots:
        busy = sum(period.overlaps(slot.period) for _, period in taken)
        store_slot(row, slot.period.start, slot.period.end, is_free=busy < slot.capacity, at=at)
    return len(slots)


def _trace(row: Agenda, what: str, by: Actor, at: datetime) -> None:
    audit.record(audit.Action.RESOURCE_CHANGED, by=by, at=at, target=f"agenda:{row.pk}", detail={"what": what})
