"""Minutes given back, from the counts kept and what each act was worth in its month."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from passerelle.care.savings.models import ActCount, OfficeHours, Timing
from passerelle.care.savings.rules.declared import DeclaredAct, declaration
from passerelle.care.savings.rules.estimate import Counted, Dated, in_force, share

_EVER = date.min


@dataclass(frozen=True, slots=True)
class ActLine:
    """An act over the months asked for: how many, what each is worth now, the minutes they gave back."""

    act: DeclaredAct
    count: int
    worth: Dated
    minutes: Decimal


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the platform gave back over months: by establishment and month, by act, as a share of the hours known."""

    months: Sequence[date]
    places: dict[str, dict[date, Decimal]]
    acts: Sequence[ActLine]
    shares: dict[str, Decimal | None]
    counted_at: datetime | None

    @property
    def minutes(self) -> Decimal:
        return sum((self.of_place(code) for code in self.places), Decimal(0))

    def of_place(self, establishment: str) -> Decimal:
        """Return the minutes of an establishment over all the months."""
        return sum(self.places[establishment].values(), Decimal(0))

    def of_month(self, month: date) -> Decimal:
        """Return the minutes of all establishments in a month."""
        return sum((by_month.get(month, Decimal(0)) for by_month in self.places.values()), Decimal(0))


def worths() -> dict[str, list[Dated]]:
    """Return what each declared act is worth, oldest first: the first estimate, then what was entered."""
    told = declaration()
    found = {code: [Dated(_EVER, act.minutes, told.estimate_source)] for code, act in told.acts.items()}
    for row in Timing.objects.order_by("since"):
        if row.act in found:
            found[row.act].append(Dated(row.since, row.minutes, row.source))
    return found


def office_hours() -> dict[str, list[Dated]]:
    """Return the hours of paper work entered for each establishment, oldest first."""
    found: dict[str, list[Dated]] = defaultdict(list)
    for row in OfficeHours.objects.order_by("since"):
        found[row.establishment].append(Dated(row.since, Decimal(row.hours), row.source))
    return dict(found)


def minutes(months: Sequence[date], *, establishments: Iterable[str] | None = None) -> Estimate:
    """Estimate the minutes given back over whole months, for some establishments or all.

    Shape: months are first days, oldest first. A count of a month is worth what was in force in that month.
    """
    asked = None if establishments is None else frozenset(establishments)
    rows = ActCount.objects.filter(month__in=months)
    kept = [row for row in rows if asked is None or row.establishment in asked]
    counted = [Counted(row.act, row.establishment, row.month, row.count) for row in kept]
    places, acts = _summed(counted, worths(), months)
    hours = office_hours()
    shares = {code: _share(by_month, hours.get(code, []), months) for code, by_month in places.items()}
    return Estimate(months, places, acts, shares, max((row.counted_at for row in kept), default=None))


def _summed(
    counted: Iterable[Counted], worth: dict[str, list[Dated]], months: Sequence[date]
) -> tuple[dict[str, dict[date, Decimal]], list[ActLine]]:
    places: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    by_act: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for one in counted:
        held = in_force(worth.get(one.act, []), one.month)
        if held is None:
            continue
        given = one.count * held.value
        places[one.establishment][one.month] += given
        by_act[one.act][0] += one.count
        by_act[one.act][1] += given
    told = declaration().acts
    lines = [
        ActLine(act, int(by_act[code][0]), in_force(worth[code], months[-1]) or worth[code][0], by_act[code][1])
        for code, act in told.items()
    ]
    return {code: dict(by_month) for code, by_month in places.items()}, sorted(
        lines, key=lambda line: (-line.minutes, line.act.label)
    )


def _share(by_month: dict[date, Decimal], hours: list[Dated], months: Sequence[date]) -> Decimal | None:
    """Weigh only the months whose hours are known; one without any act weighs its hours all the same."""
    known = [
        (by_month.get(month, Decimal(0)), held.value)
        for month in months
        if (held := in_force(hours, month)) is not None
    ]
    return share(sum((given for given, _ in known), Decimal(0)), [held for _, held in known])
