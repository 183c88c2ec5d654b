"""Laboratory results over all hospitals: a cumulative table, and the curve of one analyte."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.analytes import Analyte, Value, analytes_of
from passerelle.care.record.selectors.opened import at_once, open_record
from passerelle.care.record.selectors.results import results_of
from passerelle.care.record.views.addresses import moment_in, with_query
from passerelle.care.record.views.people import banner_in
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.ui.api import LineChart, Series, Sparkline, french

_MOST_POINTS = 24
SHOWN_TAKINGS = 6
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Taking:
    """A column of the table: a moment at one laboratory."""

    at: datetime
    establishment: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: an analyte, its cells in the order of the columns (None: not dosed), and its shape."""

    analyte: Analyte
    cells: tuple[Value | None, ...]
    bounds: str
    sparkline: Sparkline | None


@dataclass(frozen=True, slots=True)
class Cumulative:
    """The takings of one page, newest first, and the analytes dosed in them; `older` continues."""

    takings: tuple[Taking, ...]
    lines: tuple[Line, ...]
    older: datetime | None = None


def cumulative(analytes: Sequence[Analyte], names: dict[str, str], *, before: datetime | None = None) -> Cumulative:
    """Return the table of the newest takings before a moment (None: of all)."""
    found = {(value.observed_at, value.result.establishment) for one in analytes for value in one.values}
    dated = sorted(((at, place) for at, place in found if at and (before is None or at < before)), reverse=True)
    shown = dated[:SHOWN_TAKINGS]
    lines = []
    for analyte in analytes:
        by_taking = {(value.observed_at, value.result.establishment): value for value in analyte.values}
        cells = tuple(by_taking.get(taking) for taking in shown)
        if any(cells):
            lines.append(Line(analyte, cells, bounds_of(analyte.last), sparkline_of(analyte)))
    return Cumulative(
        takings=tuple(Taking(at, place, names.get(place, place)) for at, place in shown),
        lines=tuple(lines),
        older=shown[-1][0] if len(dated) > len(shown) else None,
    )


def bounds_of(value: Value) -> str:
    """Return the usual values in the words of a table, in the unit of the analyte."""
    if value.low is not None and value.high is not None:
        return f"{french.number(value.low)} à {french.number(value.high)}"
    if value.high is not None:
        return f"moins de {french.number(value.high)}"
    return f"plus de {french.number(value.low)}" if value.low is not None else ""


def sparkline_of(analyte: Analyte) -> Sparkline | None:
    """Return the shape of the last values, None when there are not two."""
    if not analyte.has_curve:
        return None
    numbers = [value.number for value in analyte.values[-_MOST_POINTS:]]
    return Sparkline(name=analyte.label, values=numbers, y_unit=analyte.shown_unit)


def curve_of(analyte: Analyte, names: dict[str, str]) -> LineChart:
    """Return the curve of an analyte with the usual values of each laboratory, titled by what it shows."""
    values = [value for value in analyte.values if value.number is not None and value.observed_at is not None]
    values = values[-_MOST_POINTS:]
    series = [Series(analyte.label, [value.number for value in values])]
    if any(value.low is not None for value in values):
        series.append(Series("borne basse", [value.low for value in values], is_quiet=True))
    if any(value.high is not None for value in values):
        series.append(Series("borne haute", [value.high for value in values], is_quiet=True))
    return LineChart(
        title=_finding(analyte, values),
        series=series,
        x_labels=[_label(value) for value in values],
        y_unit=analyte.shown_unit,
        x_title="Date",
        starts_at_zero=False,
        note=_note(analyte, values, names),
        gap_note="Une interruption d’une borne\u00a0: le laboratoire ne l’a pas donnée.",
    )


def _label(value: Value) -> str:
    return f"{timezone.localtime(value.observed_at):%d/%m/%y}" if value.observed_at else ""


def _note(analyte: Analyte, values: Sequence[Value], names: dict[str, str]) -> str:
    places = list(dict.fromkeys(value.result.establishment for value in values))
    told = f"Laboratoires\u00a0: {', '.join(names.get(place, place) for place in places)}."
    if len({(value.low, value.high) for value in values}) > 1:
        told += " Les bornes sont celles de chaque laboratoire."
    if analyte.has_conversions:
        told += f" Certains rendent cette analyse dans une autre unité, convertie exactement en {analyte.shown_unit}."
    return told


def _finding(analyte: Analyte, values: Sequence[Value]) -> str:
    first, last = values[0], values[-1]
    before, now = first.number or 0.0, last.number or 0.0
    course = "stable" if now == before else "en hausse" if now > before else "en baisse"
    since = f" depuis le {french.day(first.observed_at)}" if first.observed_at else ""
    unit = f"\u00a0{analyte.shown_unit}" if analyte.shown_unit else ""
    return f"{analyte.label}\u00a0: {french.number(now)}{unit} au dernier dosage, {course}{since}"


@require_safe
@access.requires(Kind.OBSERVATION, Act.READ)
def results(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show the cumulative table; the analyte asked for (`analyse`) with its curve and its values."""
    opened = open_record(request.viewer, person_id, kind=Kind.OBSERVATION, at=timezone.now())
    where = presenting.places()
    with at_once():
        found = analytes_of(results_of(opened, where=where))
        banner = banner_in(opened, where=where)
    names = dict(where.short_names)
    chosen = _chosen(found, request.GET.get("analyse", ""))
    before = _before(request.GET)
    table = cumulative(found, names, before=before)
    path = reverse("record:results", args=[person_id])
    context = {
        "banner": banner,
        "table": table,
        "older_url": with_query(path, {"avant": table.older.isoformat()}) if table.older else "",
        "newer_url": path if before else "",
        "analytes": found,
        "chosen": chosen,
        "values": tuple(reversed(chosen.values)) if chosen else (),
        "curve": curve_of(chosen, names) if chosen and chosen.has_curve else None,
        "tab": "results",
    }
    return render(request, "record/results.html", context)


def _chosen(analytes: Sequence[Analyte], key: str) -> Analyte | None:
    """Return the analyte an address names; its unit may have changed since, its code has not."""
    code = key.partition("|")[0]
    named = (analyte for analyte in analytes if analyte.key == key)
    return next(named, None) or next((analyte for analyte in analytes if code and analyte.code == code), None)


def _before(query: Mapping[str, str]) -> datetime | None:
    """Return the moment the table ends before: told as such (`avant`), or as the taking to begin with (`du`)."""
    first = moment_in(query.get("du", ""))
    return first + _TICK if first else moment_in(query.get("avant", ""))
