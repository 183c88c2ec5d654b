"""From the rules of an agenda to its slots: weekdays, hours, exceptions, closures. Plain Python, no clock.

Hours are those of Paris; a slot lasts in real minutes. On the night clocks go forward the hour that does not exist
holds no slot, on the night they go back the hour that comes twice holds twice as many.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """An opening: from `starts` to `ends` (excluded) on a day of Paris, a slot every `step_minutes`.

    `kinds` are the codes it is open to, empty for all.
    """

    starts: time
    ends: time
    step_minutes: int
    capacity: int = 1
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Weekly:
    """Hours that come back each week, in force from `valid_from` to `valid_until` (excluded; None: no end)."""

    weekday: int
    hours: Hours
    valid_from: date
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether it is open by this rule on this day."""
        in_force = self.valid_from <= day and (self.valid_until is None or day < self.valid_until)
        return in_force and day.weekday() == self.weekday


@dataclass(frozen=True, slots=True)
class Exceptional:
    """Hours of one day only."""

    day: date
    hours: Hours


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open period of aware moments."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Period") -> bool:
        """Tell whether both share an instant."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Slot:
    """A period at which `capacity` persons may come, for these kinds (empty: all)."""

    period: Period
    capacity: int
    kinds: frozenset[str] = frozenset()

    def is_open_to(self, kind: str) -> bool:
        """Tell whether this kind may be booked there."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True)
class Rules:
    """All that is declared of an agenda; `seats` bounds the capacity of each opening."""

    seats: int
    weekly: tuple[Weekly, ...] = ()
    exceptional: tuple[Exceptional, ...] = ()
    closures: tuple[Period, ...] = ()


def slots_of(rules: Rules, *, first: date, last: date, kind: str = "", minutes: int | None = None) -> list[Slot]:
    """Return the slots from `first` to `last` (excluded), in order; of one kind when it is told.

    A kind longer than the step takes its own `minutes`: the slot must then end within its opening. Slots that a closure
    touches are left out. Two openings that give the same moment give it once, with the greater capacity.
    """
    found: dict[datetime, Slot] = {}
    for hours, day in _open_days(rules, first, last):
        if kind and hours.kinds and kind not in hours.kinds:
            continue
        for slot in _cut(hours, day, rules.seats, minutes):
            if any(slot.period.overlaps(one) for one in rules.closures):
                continue
            held = found.get(slot.period.start)
            if held is None or held.capacity < slot.capacity:
                found[slot.period.start] = slot
    return [found[start] for start in sorted(found)]


def slot_at(rules: Rules, start: datetime, *, kind: str, minutes: int) -> Slot | None:
    """Return the slot that begins at this moment for this kind, None when the agenda is not open then."""
    day = start.astimezone(PARIS).date()
    slots = slots_of(rules, first=day, last=day + _DAY, kind=kind, minutes=minutes)
    return next((one for one in slots if one.period.start == start), None)


def _open_days(rules: Rules, first: date, last: date) -> Iterator[tuple[Hours, date]]:
    for offset in range((last - first).days):
        day = first + offset * _DAY
        for weekly in rules.weekly:
            if weekly.holds_on(day):
                yield weekly.hours, day
        for extra in rules.exceptional:
            if extra.day == day:
                yield extra.hours, day


def _cut(hours: Hours, day: date, seats: int, minutes: int | None) -> Iterator[Slot]:
    start, end = instant(day, hours.starts), instant(day, hours.ends, is_last=True)
    step, lasts = timedelta(minutes=hours.step_minutes), timedelta(minutes=minutes or hours.step_minutes)
    while start + lasts <= end:
        yield Slot(Period(start, start + lasts), min(hours.capacity, seats), hours.kinds)
        start += step


def instant(day: date, at: time, *, is_last: bool = False) -> datetime:
    """Return the instant, in UTC, of a time of Paris; the first one after it when clocks jump over it.

    A time that comes twice is its first occurrence, the second with `is_last`.
    """
    local = datetime.combine(day, at)
    while _is_skipped(local):
        local += _MINUTE
    return local.replace(tzinfo=PARIS, fold=int(is_last)).astimezone(UTC)


def _is_skipped(local: datetime) -> bool:
    there = local.replace(tzinfo=PARIS)
    return there.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) != local


def free_seats(slot: Slot, taken: Iterable[tuple[int, Period]]) -> list[int]:
    """Return the seats of a slot that nobody takes; `taken` are seats with their periods."""
    busy = {seat for seat, period in taken if period.overlaps(slot.period)}
    return [seat for seat in range(1, slot.capacity + 1) if seat not in busy]


def hit_by(closure: Period, periods: Sequence[Period]) -> list[Period]:
    """Return the periods that a closure touches."""
    return [one for one in periods if one.overlaps(closure)]
