"""The measures of a person: the last ones in words, curves day by day with their limits, each measure in a table."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from passerelle.care.devices.models import Device, Measure, Monitoring
from passerelle.care.devices.rules.catalogue import Kind as MeasureKind
from passerelle.care.devices.rules.catalogue import Quantity, catalogue
from passerelle.care.devices.rules.crossing import Limit, french
from passerelle.care.devices.rules.wording import Standing, standing, told
from passerelle.care.devices.rules.words import Origin, Rule
from passerelle.care.devices.selectors import guarding
from passerelle.care.devices.selectors.limits import limits_of
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.core.ui.api import Column, LineChart, Series, Table
from passerelle.core.ui.api import french as french_words

PERIODS: Final = (7, 30, 90)
_MOST_ROWS: Final = 400
_GAP: Final = "Une interruption de la courbe\u00a0: aucune mesure ce jour-là."


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChart(LineChart):
    """A line chart of days, whose table leaves out the days without measure."""

    x_title: str = "Jour"
    starts_at_zero: bool = False
    gap_note: str = _GAP
    measured: int = 0

    @property
    def has_gaps(self) -> bool:
        """Tell whether a day without measure is between two days with one."""
        return any(None in _between(one.values) for one in self.series)

    def table(self) -> Table:
        """Return the days that have a figure, newest first."""
        shown = self.series[: self.measured]
        columns = [Column("Jour"), *(Column(f"{one.name} ({self.y_unit})", is_numeric=True) for one in shown)]
        ranks = [rank for rank in range(len(self.x_labels)) if any(one.values[rank] is not None for one in shown)]
        rows = [
            [self.x_labels[rank], *(self._figure(one.values[rank]) for one in shown)] for rank in sorted(ranks)[::-1]
        ]
        return Table(self.title, columns, rows)

    def _figure(self, value: float | None) -> str:
        return "" if value is None else french(Decimal(str(value)), self.decimals)


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure, in words."""

    id: UUID
    at: datetime
    text: str
    standing: Standing
    origin: str
    device: str
    is_voided: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """What is known of one measure of a person."""

    kind: MeasureKind
    last: MeasureRow
    charts: tuple[DayChart, ...]
    rows: tuple[MeasureRow, ...]

    @property
    def caption(self) -> str:
        """Return the name of its table, unlike that of another measure on the same page."""
        return f"{self.kind.label}, chaque mesure, la plus récente d’abord"


@dataclass(frozen=True, slots=True)
class Curves:
    """The measures of a person over some days, for a viewer whose tie is `relation`."""

    person_id: UUID
    relation: Relation
    days: int
    curves: tuple[Curve, ...]
    monitorings: tuple[Monitoring, ...]

    def of(self, slug: str) -> Curve | None:
        """Return the curve of one measure; None when there is none yet."""
        return next((one for one in self.curves if one.kind.slug == slug), None)

    @property
    def team(self) -> Monitoring | None:
        """Return the team that follows now, the first one when several do."""
        return next((one for one in self.monitorings if one.until is None), None)


def curves(viewer: Viewer, person_id: UUID, *, at: datetime, days: int = 30) -> Curves:
    """Return the measures of a person; the reading leaves its event.

    Raises:
        AccessRefused: this viewer may not see them.
    """
    relation = guarding.check(
        viewer, Kind.OBSERVATION, Act.READ, person_id=person_id, target=f"measures:{person_id}", at=at
    )
    files = guarding.files_of(person_id)
    monitorings = tuple(Monitoring.objects.filter(local_identity_id__in=files).order_by("-since", "pk"))
    limits = limits_of([one.pk for one in monitorings if one.until is None])
    first = timezone.localdate(at) - timedelta(days=days - 1)
    begins = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    rows = list(
        Measure.objects.filter(local_identity_id__in=files, measured_at__gte=begins).order_by("-measured_at", "pk")
    )
    rows += _last_before(files, begins, {one.kind for one in rows})
    devices = {one.pk: _named(one) for one in Device.objects.filter(pk__in={row.device_id for row in rows})}
    shown = [_curve(kind, rows, limits, devices, _Days(first, days)) for kind in catalogue().kinds.values()]
    return Curves(person_id, relation, days, tuple(one for one in shown if one is not None), monitorings)


@dataclass(frozen=True, slots=True)
class _Days:
    first: date
    count: int

    def labels(self) -> list[str]:
        return [french_words.short_day(self.first + timedelta(days=rank))[:5] for rank in range(self.count)]


def _named(device: Device) -> str:
    model = catalogue().models.get(device.model_code)
    return f"{model.label if model else device.model_code}, n° {device.serial}"


def _last_before(files: Sequence[UUID], begins: datetime, seen: set[str]) -> list[Measure]:
    """Return the last measure of each kind that has none in the period."""
    older = Measure.objects.filter(local_identity_id__in=files, measured_at__lt=begins, voided_at=None)
    return list(older.exclude(kind__in=seen).order_by("kind", "-measured_at", "pk").distinct("kind"))


def values_of(row: Measure) -> dict[str, Decimal]:
    """Return the stored values as decimals."""
    return {code: Decimal(str(value)) for code, value in row.values.items()}


def row_of(row: Measure, limits: Sequence[Limit], devices: Mapping[Any, str]) -> MeasureRow:
    """Return a stored measure in words."""
    values = values_of(row)
    return MeasureRow(
        id=row.pk,
        at=row.measured_at,
        text=told(catalogue().kinds[row.kind], values),
        standing=standing(values, limits),
        origin=Origin(row.origin).label,
        device=devices.get(row.device_id, ""),
        is_voided=row.voided_at is not None,
    )


def _between(values: Sequence[float | None]) -> Sequence[float | None]:
    """Return the values from the first that is known to the last."""
    known = [rank for rank, value in enumerate(values) if value is not None]
    return values[known[0] : known[-1]] if known else ()


def _curve(
    kind: MeasureKind, rows: Sequence[Measure], limits: Sequence[Limit], devices: Mapping[Any, str], days: _Days
) -> Curve | None:
    own = [row for row in rows if row.kind == kind.slug]
    valid = [row for row in own if row.voided_at is None]
    if not valid:
        return None
    last = row_of(max(valid, key=lambda row: row.measured_at), limits, devices)
    return Curve(
        kind=kind,
        last=last,
        charts=_charts(kind, valid, limits, days, _finding(kind, last)),
        rows=tuple(row_of(row, limits, devices) for row in own[:_MOST_ROWS]),
    )


def _finding(kind: MeasureKind, last: MeasureRow) -> str:
    return f"{kind.label}\u00a0: {last.text} le {french_words.day(timezone.localdate(last.at))}"


def _charts(
    kind: MeasureKind, rows: Sequence[Measure], limits: Sequence[Limit], days: _Days, finding: str
) -> tuple[DayChart, ...]:
    """Return a chart for each unit: pressures together, the pulse apart."""
    by_unit: defaultdict[str, list[Quantity]] = defaultdict(list)
    for one in kind.quantities:
        by_unit[one.unit].append(one)
    found = []
    for rank, quantities in enumerate(by_unit.values()):
        series = [series for one in quantities if (series := _daily(one, rows, days)) is not None]
        if not series:
            continue
        measured = len(series)
        series += _limit_lines(quantities, limits, days)
        title = finding if rank == 0 else f"{quantities[0].label} relevé en même temps"
        found.append(
            DayChart(
                title=title,
                series=series,
                x_labels=days.labels(),
                y_unit=quantities[0].shown,
                decimals=quantities[0].decimals,
                note="Chaque point est la moyenne des mesures du jour.",
                measured=measured,
            )
        )
    return tuple(found)


def _daily(quantity: Quantity, rows: Sequence[Measure], days: _Days) -> Series | None:
    by_day: defaultdict[int, list[float]] = defaultdict(list)
    for row in rows:
        rank = (timezone.localdate(row.measured_at) - days.first).days
        value = row.values.get(quantity.code)
        if value is not None and 0 <= rank < days.count:
            by_day[rank].append(float(value))
    if not by_day:
        return None
    means = [sum(by_day[rank]) / len(by_day[rank]) if by_day[rank] else None for rank in range(days.count)]
    return Series(quantity.label.removeprefix("Chiffre du ").capitalize(), means)


def _limit_lines(quantities: Sequence[Quantity], limits: Sequence[Limit], days: _Days) -> list[Series]:
    """Return the limits of these quantities as quiet lines; of the same rule, the one that is crossed first."""
    lines = []
    for quantity in quantities:
        for rule, pick in ((Rule.ABOVE, min), (Rule.BELOW, max)):
            values = [one.value for one in limits if one.quantity == quantity.code and one.rule is rule and one.value]
            if values:
                value = pick(values)
                name = f"Limite {french(value, quantity.decimals)}"
                lines.append(Series(name, [float(value)] * days.count, is_quiet=True))
    return lines
