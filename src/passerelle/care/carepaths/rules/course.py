"""What a protocol asks of one patient, day by day, and what became of it. No database, no clock.

A task that repeats gives one occurrence for each of its times; an occurrence is open on days [opens, closes).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Final

from passerelle.care.carepaths.rules.protocol import Protocol, Task

#: A patient followed well: this share of what counts, done in time. Ours; GRACE audits fast recovery at the same share.
FOLLOWED_WELL_PERCENT: Final = 70


class Outcome(Enum):
    """What was said of an occurrence."""

    DONE = "done"
    ASIDE = "aside"


class Standing(Enum):
    """Where an occurrence stands on a day: the word, and the kind of status of the shell."""

    COMING = ("à venir", "neutral")
    OPEN = ("à faire", "attention")
    DONE = ("fait", "done")
    LATE = ("fait en retard", "info")
    MISSED = ("non fait", "danger")
    ASIDE = ("écarté", "neutral")

    @property
    def label(self) -> str:
        return self.value[0]

    @property
    def kind(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time of a task: open on days [opens, closes)."""

    task: Task
    number: int
    opens: date
    closes: date

    @property
    def key(self) -> tuple[str, int]:
        return (self.task.code, self.number)

    @property
    def last_day(self) -> date:
        """Return the last day on which it is done in time."""
        return self.closes - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of an occurrence, and for which day."""

    outcome: Outcome
    on: date


@dataclass(frozen=True, slots=True)
class Placed:
    """An occurrence and where it stands."""

    occurrence: Occurrence
    standing: Standing


@dataclass(frozen=True, slots=True)
class Tally:
    """What was due of what counts: `in_time + late + missed == due`; what was set aside is not due."""

    in_time: int = 0
    late: int = 0
    missed: int = 0
    aside: int = 0

    @property
    def due(self) -> int:
        return self.in_time + self.late + self.missed

    @property
    def share(self) -> float | None:
        """Return the share done in time, between 0 and 1; None when nothing was due."""
        return self.in_time / self.due if self.due else None

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.in_time + other.in_time, self.late + other.late, self.missed + other.missed, self.aside + other.aside
        )


def occurrences(protocol: Protocol, anchor: date) -> list[Occurrence]:
    """Return every occurrence of a protocol around an anchor, by day."""
    found = [one for task in protocol.tasks for one in _of_task(task, anchor)]
    return sorted(found, key=lambda one: (one.opens, one.closes))


def _of_task(task: Task, anchor: date) -> Iterator[Occurrence]:
    starts = range(task.day, task.until + 1, task.every) if task.every else [task.day]
    for number, start in enumerate(starts, start=1):
        last = min(start + task.every - 1, task.until) if task.every else task.until
        yield Occurrence(task, number, anchor + timedelta(days=start), anchor + timedelta(days=last + 1))


def standing(one: Occurrence, said: Said | None, today: date) -> Standing:
    """Return where an occurrence stands on a day."""
    if said is not None:
        if said.outcome is Outcome.ASIDE:
            return Standing.ASIDE
        return Standing.DONE if said.on < one.closes else Standing.LATE
    if today < one.opens:
        return Standing.COMING
    return Standing.OPEN if today < one.closes else Standing.MISSED


def placed(found: Iterable[Occurrence], said: Mapping[tuple[str, int], Said], today: date) -> list[Placed]:
    """Return each occurrence with where it stands."""
    return [Placed(one, standing(one, said.get(one.key), today)) for one in found]


def tally(found: Iterable[Placed]) -> Tally:
    """Count what counts among what is settled: done, late, missed, set aside."""
    counted = [one.standing for one in found if one.occurrence.task.counts]
    return Tally(
        in_time=counted.count(Standing.DONE),
        late=counted.count(Standing.LATE),
        missed=counted.count(Standing.MISSED),
        aside=counted.count(Standing.ASIDE),
    )


def is_followed_well(found: Tally) -> bool:
    """Tell whether enough of what was due was done in time."""
    return found.due > 0 and found.in_time * 100 >= FOLLOWED_WELL_PERCENT * found.due


def ends_on(found: Sequence[Occurrence]) -> date:
    """Return the day after the last occurrence."""
    return max(one.closes for one in found)
