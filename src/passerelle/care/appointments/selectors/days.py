"""An agenda as its team reads it: a day or a week, who comes and what is free."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from passerelle.care.appointments.models import Agenda, Booking, Closure
from passerelle.care.appointments.models.agendas import ClosureQuerySet
from passerelle.care.appointments.rules.openings import PARIS, Period, free_seats, slots_of
from passerelle.care.appointments.rules.vocabulary import EXPECTED, State
from passerelle.care.appointments.selectors.agendas import NoSuchAgenda, agenda, agendas, rules_of
from passerelle.care.appointments.selectors.bookings import rows_of
from passerelle.care.appointments.selectors.people import masked, relation_to_file
from passerelle.care.appointments.selectors.rows import AgendaRow, AppointmentRow, day_in_words
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Role, Viewer
from passerelle.core.directory import api as directory
from passerelle.core.directory.api import EstablishmentRow
from passerelle.core.ui.api import french

_DAY = timedelta(days=1)
_HIDDEN = (State.RELEASED.value, State.CANCELLED.value)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an agenda: an appointment, or a slot with its free seats."""

    starts_at: datetime
    ends_at: datetime
    row: AppointmentRow | None = None
    free: int = 0
    is_masked: bool = False
    value: str = ""

    @property
    def hours(self) -> str:
        return f"{french.hour(self.starts_at)} – {french.hour(self.ends_at)}"

    @property
    def who(self) -> str:
        if self.row is None:
            return "Libre" if self.free == 1 else f"Libre ({self.free} places)"
        return "Identité protégée" if self.is_masked else self.row.person_name

    @property
    def may_arrive(self) -> bool:
        return self.row is not None and self.row.state in (*EXPECTED, State.MISSED)

    @property
    def may_miss(self) -> bool:
        return self.row is not None and self.row.state in EXPECTED


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """One day of an agenda."""

    day: date
    label: str
    lines: tuple[Line, ...]
    closures: tuple[str, ...]

    @property
    def expected(self) -> int:
        return sum(line.row is not None for line in self.lines)

    @property
    def free(self) -> int:
        return sum(line.free for line in self.lines)


@dataclass(frozen=True, slots=True)
class AgendaSummary:
    """An agenda in the list: how many come on the day, how many places are left."""

    agenda: AgendaRow
    place: str
    expected: int
    free: int


def places_of(viewer: Viewer) -> frozenset[str]:
    """Return the establishments whose agendas this viewer keeps; a role of the whole group opens them all."""
    held = viewer.establishments_as(Role.CLINICIAN) | viewer.establishments_as(Role.ADMISSION_CLERK)
    wide = {role for role, code in viewer.assignments if code is None} & {Role.CLINICIAN, Role.ADMISSION_CLERK}
    return frozenset(row.code for row in directory.establishments(with_test=True)) if wide else held


def place_rows(viewer: Viewer) -> list[EstablishmentRow]:
    """Return the establishments whose agendas this viewer keeps, in their order of presentation.

    Raises:
        AccessRefused: there is none.
    """
    places = places_of(viewer)
    if not places:
        raise access.AccessRefused
    return [row for row in directory.establishments(with_test=True) if row.code in places]


def agenda_for(viewer: Viewer, agenda_id: UUID, *, act: Act, at: datetime) -> AgendaRow:
    """Return an agenda that this viewer may open, or keep (`act`); the decision leaves its event.

    Raises:
        AccessRefused: it is not there, or not for this viewer: the two look the same.
    """
    try:
        row = agenda(agenda_id)
    except NoSuchAgenda:
        raise access.AccessRefused from None
    decide_at(viewer, row.establishment, act, target=f"agenda:{row.id}", at=at)
    return row


def decide_at(viewer: Viewer, establishment: str, act: Act, *, target: str, at: datetime) -> None:
    """Decide on the agendas of an establishment and leave the event.

    Raises:
        AccessRefused: they are not for this viewer.
    """
    relation = relation_to_file(viewer, None, establishment, at=at)
    access.check(viewer, Kind.APPOINTMENT, act, relation=relation, target=target, at=at)


def summaries(viewer: Viewer, day: date) -> list[AgendaSummary]:
    """Return the agendas this viewer keeps, with their day, by establishment and name."""
    held = agendas(places_of(viewer))
    start, end = bounds(day, day + _DAY)
    rules = rules_of([row.id for row in held], start=start, end=end)
    rows = Booking.objects.taking().over(start, end).filter(agenda_id__in=[row.id for row in held])
    taken: dict[UUID, list[tuple[int, Period]]] = {row.id: [] for row in held}
    for agenda_id, seat, starts_at, ends_at in rows.values_list("agenda_id", "seat", "starts_at", "ends_at"):
        taken[agenda_id].append((seat, Period(starts_at, ends_at)))
    names = {row.code: row.name for row in directory.establishments(with_test=True)}
    return [
        AgendaSummary(
            agenda=row,
            place=names.get(row.establishment, row.establishment),
            expected=len(taken[row.id]),
            free=sum(
                len(free_seats(slot, taken[row.id])) for slot in slots_of(rules[row.id], first=day, last=day + _DAY)
            ),
        )
        for row in held
    ]


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the moments at which days of Paris begin."""
    midnight = datetime.min.time()
    return datetime.combine(first, midnight, tzinfo=PARIS), datetime.combine(last, midnight, tzinfo=PARIS)


def days_of(viewer: Viewer, agenda_id: UUID, *, first: date, count: int, at: datetime) -> list[AgendaDay]:
    """Return consecutive days of an agenda; who may not be told to this viewer is masked."""
    start, end = bounds(first, first + count * _DAY)
    bookings = Booking.objects.filter(agenda_id=agenda_id, starts_at__lt=end, ends_at__gt=start)
    rows = rows_of(bookings.exclude(state__in=_HIDDEN).order_by("starts_at", "seat", "id"))
    hidden = masked(viewer, rows, at=at)
    rules = rules_of([agenda_id], start=start, end=end)[agenda_id]
    slots = slots_of(rules, first=first, last=first + count * _DAY)
    taken = [(row.seat, Period(row.starts_at, row.ends_at)) for row in rows]
    lines = [Line(row.starts_at, row.ends_at, row, is_masked=row.id in hidden) for row in rows]
    for slot in slots:
        left = len(free_seats(slot, taken))
        if left:
            value = f"{agenda_id}_{int(slot.period.start.timestamp())}"
            lines.append(Line(slot.period.start, slot.period.end, free=left, value=value))
    lines.sort(key=lambda line: (line.starts_at, line.row is None))
    closed = list(_closures(agenda_id).over(start, end).order_by("starts_at", "id"))
    return [_day(first + offset * _DAY, lines, closed) for offset in range(count)]


def _closures(agenda_id: UUID) -> ClosureQuerySet:
    """Return the closures of an agenda, those of its whole establishment included."""
    of_all = Agenda.objects.filter(pk=agenda_id).values("establishment")
    return Closure.objects.filter(Q(agenda_id=agenda_id) | Q(agenda=None, establishment__in=of_all))


def _day(day: date, lines: Sequence[Line], closed: Sequence[Closure]) -> AgendaDay:
    start, end = bounds(day, day + _DAY)
    return AgendaDay(
        day=day,
        label=day_in_words(start),
        lines=tuple(line for line in lines if start <= line.starts_at < end),
        closures=tuple(one.reason for one in closed if one.starts_at < end and one.ends_at > start),
    )
