"""Free slots: what the agendas open, less what is taken."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from passerelle.care.appointments.models import Agenda, AppointmentKind, Booking
from passerelle.care.appointments.rules.openings import PARIS, Period, Rules, free_seats, slots_of
from passerelle.care.appointments.selectors.agendas import rules_of
from passerelle.care.appointments.selectors.rows import SlotRow

_NEAREST_DAYS: Final = 28
_NEAREST: Final = 5


def free_slots(
    *,
    establishment: str,
    kind: str,
    start: datetime,
    end: datetime,
    agenda_id: UUID | None = None,
    site: str = "",
) -> list[SlotRow]:
    """Return the free slots of a kind that begin in `[start, end)`, in order of time, at the active agendas.

    A kind that nobody knows has none. The number of queries does not depend on that of the agendas.
    """
    known = AppointmentKind.objects.filter(code=kind, is_active=True).first()
    if known is None or end <= start:
        return []
    rows = Agenda.objects.filter(establishment=establishment, is_active=True)
    if agenda_id is not None:
        rows = rows.filter(pk=agenda_id)
    if site:
        rows = rows.filter(site=site)
    held = list(rows.order_by("name", "id"))
    rules = rules_of([row.pk for row in held], start=start, end=end)
    taken = taken_in(rules, start=start, end=end)
    found = [slot for row in held for slot in _free(row, rules[row.pk], known, taken[row.pk], Period(start, end))]
    return sorted(found, key=lambda slot: (slot.starts_at, slot.agenda_name, slot.agenda_id))


def taken_in(agenda_ids: Collection[UUID], *, start: datetime, end: datetime) -> dict[UUID, list[tuple[int, Period]]]:
    """Return the seats taken at these agendas, with their periods, in one query."""
    rows = Booking.objects.taking().over(start, end + timedelta(days=1)).filter(agenda_id__in=list(agenda_ids))
    found: dict[UUID, list[tuple[int, Period]]] = {id_: [] for id_ in agenda_ids}
    for agenda_id, seat, starts_at, ends_at in rows.values_list("agenda_id", "seat", "starts_at", "ends_at"):
        found[agenda_id].append((seat, Period(starts_at, ends_at)))
    return found


def _free(
    row: Agenda, rules: Rules, kind: AppointmentKind, taken: list[tuple[int, Period]], window: Period
) -> Iterable[SlotRow]:
    first = window.start.astimezone(PARIS).date()
    last = window.end.astimezone(PARIS).date() + timedelta(days=1)
    for slot in slots_of(rules, first=first, last=last, kind=kind.code, minutes=kind.minutes):
        if not window.start <= slot.period.start < window.end:
            continue
        near = [one for one in taken if one[1].overlaps(slot.period)]
        free = len(free_seats(slot, near))
        if free:
            yield SlotRow(
                agenda_id=row.pk,
                agenda_name=row.name,
                establishment=row.establishment,
                site=row.site,
                starts_at=slot.period.start,
                ends_at=slot.period.end,
                free=free,
                practitioner=row.practitioner,
            )


def nearest_slots(*, establishment: str, kind: str, around: datetime, not_before: datetime) -> list[SlotRow]:
    """Return the few free slots nearest to a moment, in order of time: what is told to who came second."""
    start = max(not_before, around - timedelta(days=_NEAREST_DAYS))
    found = free_slots(establishment=establishment, kind=kind, start=start, end=around + timedelta(days=_NEAREST_DAYS))
    near = sorted(found, key=lambda slot: (abs(slot.starts_at - around), slot.starts_at, slot.agenda_name))[:_NEAREST]
    return sorted(near, key=lambda slot: (slot.starts_at, slot.agenda_name))
