"""Share of missed appointments by month, among those reminded and those not, before and after reminders began."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from passerelle.care.reminders.models import Beginning, Outcome
from passerelle.care.reminders.rules.measuring import Share, halves, share
from passerelle.core.parameters.api import legal
from passerelle.core.ui.api import LineChart, Marker, Series, french


@dataclass(frozen=True, slots=True)
class MonthLine:
    month: date
    all: Share | None
    reminded: Share | None
    not_reminded: Share | None
    count: int | None


@dataclass(frozen=True, slots=True)
class Missed:
    """What a page shows of one establishment. `minimum`: under it a figure is hidden."""

    months: tuple[MonthLine, ...]
    before: Share | None
    after: Share | None
    reminded: Share | None
    not_reminded: Share | None
    since: date | None
    minimum: int
    chart: LineChart | None


_Counts = tuple[int, int]


def missed_of(establishment: str, *, today: date) -> Missed:
    """Return the shares of an establishment over the last eighteen months; three queries."""
    minimum = legal("evidence.minimum_cell", today).as_int
    since = Beginning.objects.filter(establishment=establishment).values_list("since", flat=True).first()
    rows = (
        Outcome.objects.filter(establishment=establishment, month__gte=_months_ago(today, 18), month__lte=today)
        .values("month", "was_reminded")
        .annotate(count=Count("pk"), missed=Count("pk", filter=Q(was_missed=True)))
        .order_by("month", "was_reminded")
    )
    counted = {(row["month"], row["was_reminded"]): (row["missed"], row["count"]) for row in rows}
    months = sorted({month for month, _ in counted})
    lines = tuple(_line(month, counted, minimum) for month in months)
    first = since.replace(day=1) if since else None
    since_then = [month for month in months if first is not None and month >= first]
    reminded, not_reminded = halves(
        _sum(counted, since_then, [True]), _sum(counted, since_then, [False]), minimum=minimum
    )
    return Missed(
        months=lines,
        before=share(*_sum(counted, [m for m in months if m not in since_then]), minimum=minimum),
        after=share(*_sum(counted, since_then), minimum=minimum),
        reminded=reminded,
        not_reminded=not_reminded,
        since=since,
        minimum=minimum,
        chart=_chart(lines, first) if lines else None,
    )


def _line(month: date, counted: Mapping[tuple[date, bool], _Counts], minimum: int) -> MonthLine:
    yes, no = counted.get((month, True), (0, 0)), counted.get((month, False), (0, 0))
    missed, count = yes[0] + no[0], yes[1] + no[1]
    reminded, not_reminded = halves(yes, no, minimum=minimum)
    return MonthLine(
        month,
        share(missed, count, minimum=minimum),
        reminded,
        not_reminded,
        count if count >= minimum else None,
    )


def _sum(
    counted: Mapping[tuple[date, bool], _Counts], months: Sequence[date], groups: Sequence[bool] = (True, False)
) -> _Counts:
    found = [counted.get((month, group), (0, 0)) for month in months for group in groups]
    return sum(one[0] for one in found), sum(one[1] for one in found)


def _chart(lines: Sequence[MonthLine], first: date | None) -> LineChart:
    position = next((rank for rank, line in enumerate(lines) if first and line.month >= first), None)
    return LineChart(
        title=_finding(lines, first),
        series=[
            Series("tous les rendez-vous", [line.all.value if line.all else None for line in lines]),
            Series("rappelés", [line.reminded.value if line.reminded else None for line in lines], is_quiet=True),
        ],
        x_labels=[french.short_month(line.month) for line in lines],
        y_unit="%",
        markers=[Marker(position, "début des rappels")] if position else [],
        note="Part des rendez-vous où la personne n’est pas venue, parmi ceux dont l’issue est notée.",
    )


def _finding(lines: Sequence[MonthLine], first: date | None) -> str:
    known = [(line.month, line.all) for line in lines if line.all is not None]
    before = [found.value for month, found in known if first is None or month < first]
    after = [found.value for month, found in known if first is not None and month >= first]
    if before and after:
        told = f"{_mean(before)} avant, {_mean(after)} après le début des rappels, en moyenne des mois"
        return f"Rendez-vous manqués{french.NBSP}: {told}"
    return "Rendez-vous manqués, mois par mois"


def _mean(values: Sequence[float]) -> str:
    return f"{french.number(sum(values) / len(values), 1)}{french.NBSP}%"


def _months_ago(today: date, months: int) -> date:
    index = today.year * 12 + today.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
