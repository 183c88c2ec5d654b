"""How a protocol is followed, by establishment: counts of what was due, with small groups hidden."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Final

from passerelle.care.carepaths.library import of_version
from passerelle.care.carepaths.models import Following, FollowingState
from passerelle.care.carepaths.rules.course import Placed, Tally, is_followed_well, occurrences, placed, tally
from passerelle.care.carepaths.selectors.said import said_of
from passerelle.core.directory import api as directory
from passerelle.core.parameters.api import legal
from passerelle.core.ui.api import french

_SMALL: Final = "evidence.minimum_cell"


@dataclass(frozen=True, slots=True)
class PlaceAdherence:
    """How one establishment follows; `tally` and `well` are None when fewer patients than may be shown."""

    code: str
    name: str
    patients: int | None
    tally: Tally | None
    well: int | None


@dataclass(frozen=True, slots=True)
class TaskAdherence:
    """How one task that counts is done, all establishments together."""

    title: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Adherence:
    """How a protocol is followed over a period of anchors [since, until)."""

    minimum: int
    places: tuple[PlaceAdherence, ...]
    tasks: tuple[TaskAdherence, ...]
    whole: PlaceAdherence

    @property
    def is_shown(self) -> bool:
        return self.whole.tally is not None


@dataclass(slots=True)
class _Sum:
    patients: int = 0
    tally: Tally = field(default_factory=Tally)
    well: int = 0

    def add(self, found: Tally) -> None:
        self.patients += 1
        self.tally += found
        self.well += is_followed_well(found)


def adherence(code: str, *, since: date, until: date, at: datetime) -> Adherence:
    """Return how a protocol is followed by the patients whose anchor is in [since, until); stopped ones are left out.

    An establishment with fewer patients than the legal minimum is hidden; so are the next smallest while those hidden
    would be found by difference with the whole. A task that was due to fewer patients is left out.
    """
    rows = list(
        Following.objects.filter(protocol__code=code, anchor__gte=since, anchor__lt=until)
        .exclude(state=FollowingState.STOPPED)
        .select_related("protocol")
    )
    said = said_of([row.id for row in rows])
    today = french.local(at).date()
    places: dict[str, _Sum] = defaultdict(_Sum)
    tasks: dict[str, list[list[Placed]]] = defaultdict(list)
    for row in rows:
        found = placed(occurrences(of_version(row.protocol), row.anchor), said[row.id], today)
        counted = tally(found)
        if counted.due:
            places[row.establishment].add(counted)
            for task in {one.occurrence.task.code for one in found}:
                tasks[task].append([one for one in found if one.occurrence.task.code == task])
    return _shown(places, tasks, minimum=legal(_SMALL, today).as_int)


def _shown(places: dict[str, _Sum], tasks: dict[str, list[list[Placed]]], *, minimum: int) -> Adherence:
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)}
    hidden = _hidden({code: one.patients for code, one in places.items()}, minimum)
    rows = [_place(code, names.get(code, code), one, is_hidden=code in hidden) for code, one in places.items()]
    whole = _Sum()
    for one in places.values():
        whole.patients, whole.tally, whole.well = (
            whole.patients + one.patients,
            whole.tally + one.tally,
            whole.well + one.well,
        )
    everywhere = _place("", "Tout le groupement", whole, is_hidden=whole.patients < minimum)
    return Adherence(
        minimum=minimum,
        places=tuple(sorted(rows, key=lambda one: (one.tally is None, one.name))),
        tasks=tuple(_tasks(tasks, minimum)) if everywhere.tally is not None else (),
        whole=everywhere,
    )


def _hidden(patients: dict[str, int], minimum: int) -> frozenset[str]:
    """Return which establishments are hidden: too few patients, and the next smallest while those would be given away.

    What is hidden is the whole less what is shown: it is of several establishments, and not of too few patients.
    """
    small = {code for code, count in patients.items() if count < minimum}
    for _, code in sorted((count, code) for code, count in patients.items() if code not in small):
        if not small or (len(small) > 1 and sum(patients[one] for one in small) >= minimum):
            break
        small.add(code)
    return frozenset(small)


def _place(code: str, name: str, found: _Sum, *, is_hidden: bool) -> PlaceAdherence:
    if is_hidden:
        return PlaceAdherence(code, name, None, None, None)
    return PlaceAdherence(code, name, found.patients, found.tally, found.well)


def _tasks(found: dict[str, list[list[Placed]]], minimum: int) -> Iterable[TaskAdherence]:
    """Return each task that was due to enough patients; `found` holds its times, patient by patient."""
    counted = []
    for patients in found.values():
        due = [times for times in patients if tally(times).due]
        if len(due) >= minimum:
            counted.append(TaskAdherence(due[0][0].occurrence.task.title, tally(chain.from_iterable(due))))
    return sorted(counted, key=lambda one: one.tally.share or 0)
