"""Laboratory results: one row per analyte, its last value, its shape, and its curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.record import api as record
from passerelle.care.record.views.people import banner_of
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.ui.api import LineChart, Series, Sparkline, french
from passerelle.protocols.cda import api as cda

_READINGS = {
    "N": ("done", "dans les bornes"),
    "H": ("attention", "élevé"),
    "L": ("attention", "bas"),
    "HH": ("danger", "très élevé"),
    "LL": ("danger", "très bas"),
    "A": ("attention", "anormal"),
    "AA": ("danger", "très anormal"),
}
_NOT_SAID = ("neutral", "sans borne connue")
_RISKS = {"danger": 0, "attention": 1, "neutral": 2, "done": 3}
_MOST_POINTS = 24


@dataclass(frozen=True, slots=True)
class Analyte:
    """All the values of one analyte, oldest first; `last` is shown."""

    key: str
    label: str
    unit: str
    last: record.ObservationRow
    values: tuple[record.ObservationRow, ...]

    @property
    def reading(self) -> tuple[str, str]:
        """Return the kind of status and the word of the last value."""
        return reading_of(self.last)

    @property
    def bounds(self) -> str:
        """Return the usual values, in words of a table."""
        low, high = self.last.low, self.last.high
        if low is not None and high is not None:
            return f"{french.number(low)} à {french.number(high)}"
        if high is not None:
            return f"moins de {french.number(high)}"
        return f"plus de {french.number(low)}" if low is not None else ""

    @property
    def has_curve(self) -> bool:
        """Tell whether two numbers at least can be joined."""
        return sum(value.number is not None for value in self.values) > 1

    @property
    def sparkline(self) -> Sparkline:
        """Return the shape of the last values."""
        numbers = [value.number for value in self.values[-_MOST_POINTS:]]
        return Sparkline(name=self.label, values=numbers, y_unit=self.unit)


def reading_of(result: record.ObservationRow) -> tuple[str, str]:
    """Return how a value is read: as its laboratory says, else by its own bounds."""
    said = _READINGS.get(result.interpretation)
    if said or result.number is None or (result.low is None and result.high is None):
        return said or _NOT_SAID
    if result.low is not None and result.number < result.low:
        return _READINGS["L"]
    if result.high is not None and result.number > result.high:
        return _READINGS["H"]
    return _READINGS["N"]


def latest(results: Sequence[record.ObservationRow]) -> list[Analyte]:
    """Return one row per analyte and unit, the worrying ones first, then by name."""
    groups: dict[tuple[str, str], list[record.ObservationRow]] = {}
    for result in results:
        groups.setdefault((result.code or result.label, result.unit), []).append(result)
    analytes = [_analyte(code, unit, group) for (code, unit), group in groups.items()]
    return sorted(analytes, key=lambda analyte: (_RISKS[analyte.reading[0]], analyte.label.casefold(), analyte.key))


def _analyte(code: str, unit: str, group: Sequence[record.ObservationRow]) -> Analyte:
    dated = sorted(group, key=lambda result: (result.observed_at is not None, _time(result.observed_at), result.id))
    return Analyte(f"{code}|{unit}", dated[-1].label, cda.unit_label(unit), dated[-1], tuple(dated))


def _time(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def curve_of(analyte: Analyte) -> LineChart:
    """Return the curve of an analyte, titled by what it shows."""
    values = [value for value in analyte.values if value.number is not None and value.observed_at is not None]
    values = values[-_MOST_POINTS:]
    series = [Series(analyte.label, [value.number for value in values])]
    if analyte.last.low is not None:
        series.append(Series("borne basse", [analyte.last.low] * len(values), is_quiet=True))
    if analyte.last.high is not None:
        series.append(Series("borne haute", [analyte.last.high] * len(values), is_quiet=True))
    return LineChart(
        title=_finding(analyte, values),
        series=series,
        x_labels=[f"{timezone.localtime(value.observed_at):%d/%m/%y}" for value in values if value.observed_at],
        y_unit=analyte.unit,
        x_title="Date",
        starts_at_zero=False,
        note="Valeurs rendues par les laboratoires des établissements.",
    )


def _finding(analyte: Analyte, values: Sequence[record.ObservationRow]) -> str:
    first, last = values[0], values[-1]
    before, now = first.number or 0.0, last.number or 0.0
    course = "stable" if now == before else "en hausse" if now > before else "en baisse"
    since = f" depuis le {french.day(first.observed_at)}" if first.observed_at else ""
    unit = f"\u00a0{analyte.unit}" if analyte.unit else ""
    return f"{analyte.label}\u00a0: {french.number(now)}{unit} au dernier dosage, {course}{since}"


@require_safe
@access.requires(Kind.OBSERVATION, Act.READ)
def results(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show every analyte; the one asked for (`analyse`) with its curve and its values."""
    at = timezone.now()
    found = latest(record.observations(request.viewer, person_id, at=at))
    relation = record.relation_to(request.viewer, person_id, at=at)
    chosen = next((analyte for analyte in found if analyte.key == request.GET.get("analyse", "")), None)
    context = {
        "banner": banner_of(request.viewer, person_id, relation, at=at),
        "analytes": found,
        "chosen": chosen,
        "curve": curve_of(chosen) if chosen and chosen.has_curve else None,
        "tab": "results",
    }
    return render(request, "record/results.html", context)
