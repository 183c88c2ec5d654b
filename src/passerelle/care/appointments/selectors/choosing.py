"""Where, what and when: what a patient, a doctor or a desk chooses from to book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from django.db.models import Q

from passerelle.care.appointments.models import Agenda, AppointmentKind
from passerelle.care.appointments.rules.openings import PARIS
from passerelle.care.appointments.rules.vocabulary import OUTSIDE, Via
from passerelle.care.appointments.selectors.agendas import kind_row
from passerelle.care.appointments.selectors.delays import delays_at
from passerelle.care.appointments.selectors.rows import KindRow, SlotRow, day_in_words
from passerelle.care.appointments.selectors.slots import free_slots
from passerelle.care.identity import api as identity
from passerelle.core.directory import api as directory
from passerelle.core.directory.api import EstablishmentRow
from passerelle.core.ui.api import french

_WEEK: Final = timedelta(days=7)
_FLAGS: Final = {
    Via.PATIENT: "books_online",
    Via.REPRESENTATIVE: "books_online",
    Via.TOWN: "books_from_town",
    Via.INVITATION: "books_by_invitation",
    Via.DESK: "books_at_desk",
}


@dataclass(frozen=True, slots=True)
class DayOfSlots:
    """The free slots of one day."""

    day: date
    label: str
    slots: tuple["SlotChoice", ...]


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """A free slot as one chooses it: `value` is what its link says."""

    hour: str
    who: str
    value: str
    row: SlotRow


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of free slots from `first`, with the way to others; `next_free` when there is none in these."""

    first: date
    days: tuple[DayOfSlots, ...]
    before: date | None
    after: date | None
    next_free: SlotRow | None

    @property
    def label(self) -> str:
        last = self.first + _WEEK - timedelta(days=1)
        return f"Du {french.day(self.first)} au {french.day(last)}"


def file_at(person_id: UUID, establishment: str) -> UUID | None:
    """Return the file of a person at an establishment, None when it does not know them."""
    known = [
        one
        for one in identity.local_identities(person_id)
        if one.establishment == establishment and one.superseded_by is None
    ]
    return min((one.id for one in known), default=None)


def places_for(person_id: UUID, *, via: Via) -> list[EstablishmentRow]:
    """Return the establishments that know a person and give some kind of appointment by this door."""
    known = {one.establishment for one in identity.local_identities(person_id)}
    giving = {code for code in known if kinds_at(code, via=via)}
    return [row for row in directory.establishments(with_test=True) if row.code in giving]


def kinds_at(establishment: str, *, via: Via) -> list[KindRow]:
    """Return the kinds that the active agendas of an establishment give by this door, by label."""
    rows = AppointmentKind.objects.filter(is_active=True, **{_FLAGS[via]: True}).order_by("public_label", "code")
    agendas = Agenda.objects.filter(establishment=establishment, is_active=True)
    if not agendas.exclude(openings=None).exists() and not agendas.exclude(extras=None).exists():
        return []
    open_to_all = agendas.filter(
        Q(openings__isnull=False, openings__kinds=None) | Q(extras__isnull=False, extras__kinds=None)
    ).exists()
    if open_to_all:
        return [kind_row(row) for row in rows]
    named = set(agendas.values_list("openings__kinds", flat=True)) | set(
        agendas.values_list("extras__kinds", flat=True)
    )
    return [kind_row(row) for row in rows.filter(code__in=[code for code in named if code])]


def week_of(
    *,
    establishment: str,
    kind: str,
    asked: date | None,
    via: Via,
    at: datetime,
    agenda_id: UUID | None = None,
) -> Week:
    """Return a week of free slots from the day asked, from today without one, within the delays of this door."""
    delays = delays_at(at)
    earliest = delays.earliest(at) if via in OUTSIDE else at
    latest = delays.latest(at) if via in OUTSIDE else at + timedelta(days=400)
    today, last_day = earliest.astimezone(PARIS).date(), latest.astimezone(PARIS).date()
    first = min(max(asked or today, today), last_day)
    start = max(earliest, datetime.combine(first, datetime.min.time(), tzinfo=PARIS))
    end = min(latest, datetime.combine(first + _WEEK, datetime.min.time(), tzinfo=PARIS))
    found = free_slots(establishment=establishment, kind=kind, start=start, end=end, agenda_id=agenda_id)
    following = None
    if not found:
        later = free_slots(establishment=establishment, kind=kind, start=end, end=latest, agenda_id=agenda_id)
        following = later[0] if later else None
    return Week(
        first=first,
        days=tuple(_days(found)),
        before=max(today, first - _WEEK) if first > today else None,
        after=first + _WEEK if first + _WEEK <= last_day else None,
        next_free=following,
    )


def _days(found: Sequence[SlotRow]) -> Iterable[DayOfSlots]:
    several = len({slot.agenda_id for slot in found}) > 1
    for day, slots in groupby(found, key=lambda slot: slot.starts_at.astimezone(PARIS).date()):
        chosen = tuple(choice_of(slot, tells_who=several) for slot in slots)
        yield DayOfSlots(day, day_in_words(chosen[0].row.starts_at), chosen)


def choice_of(slot: SlotRow, *, tells_who: bool = True) -> SlotChoice:
    """Return a slot as one chooses it."""
    who = slot.practitioner or slot.agenda_name
    value = f"{slot.agenda_id}_{int(slot.starts_at.timestamp())}"
    return SlotChoice(french.hour(slot.starts_at), who if tells_who else "", value, slot)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the link of a slot says: its agenda and moment."""

    agenda_id: UUID
    starts_at: datetime

    @property
    def in_words(self) -> str:
        return f"{day_in_words(self.starts_at)} à {french.hour(self.starts_at)}"


def read_choice(value: str) -> Chosen | None:
    """Return what a link says, None when it is not one of ours."""
    agenda, _, moment = value.partition("_")
    try:
        return Chosen(UUID(agenda), datetime.fromtimestamp(int(moment), tz=PARIS))
    except (ValueError, OverflowError, OSError):
        return None
