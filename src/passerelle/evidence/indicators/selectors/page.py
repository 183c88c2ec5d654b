"""An indicator as its page shows it: chart titled by the finding, table, and lines for a spreadsheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from passerelle.core.ui.api import BarChart, Column, LineChart, Series, Table, french
from passerelle.evidence.indicators.selectors.series import IndicatorSeries, SeriesRow

_BY = {"establishment": "Établissement", "site": "Site"}
_HIDDEN = "masqué"
_MOST_COLOURS = 5


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """What the page draws."""

    finding: str
    bars: BarChart
    chart: LineChart | None
    table: Table


def indicator_view(found: IndicatorSeries, *, place: str = "") -> IndicatorView:
    """Draw an indicator; `place` is the code of the row to bring forward, "" for none."""
    finding = _finding(found, place)
    return IndicatorView(finding, _bars(found, finding, place), _chart(found, place), _table(found))


def csv_rows(found: IndicatorSeries) -> Iterator[list[str]]:
    """Yield the lines of a spreadsheet: one by place and month, with a decimal comma; hidden cells stay hidden."""
    yield [_BY[found.by], "Mois", found.definition.label, "Unité", "Séjours", "Origine"]
    for row in found.rows:
        for month, cell in zip(found.months, row.cells, strict=True):
            value = _HIDDEN if cell.value is None else french.number(cell.value, found.definition.decimals)
            count = _HIDDEN if cell.count is None else str(cell.count)
            yield [row.label, month, value, found.definition.unit, count, "mesuré"]


def _finding(found: IndicatorSeries, place: str) -> str:
    known = [row for row in found.rows if row.period.value is not None]
    chosen = next((row for row in known if row.code == place), None)
    if not known:
        return "Aucun mois ne compte assez de séjours pour être montré"
    if chosen is not None:
        everywhere = f", contre {_value(found, found.everywhere.value)} dans tout le groupement"
        return f"{chosen.label}\u00a0: {_value(found, chosen.period.value)} en moyenne{everywhere}"
    low, high = (pick(known, key=_period) for pick in (min, max))
    return (
        f"De {_value(found, low.period.value)} ({low.label}) à {_value(found, high.period.value)} ({high.label})"
        f"\u00a0: {_value(found, found.everywhere.value)} en moyenne dans le groupement"
    )


def _period(row: SeriesRow) -> float:
    return row.period.value or 0.0


def _value(found: IndicatorSeries, value: float | None) -> str:
    if value is None:
        return _HIDDEN
    return f"{french.number(value, found.definition.decimals)}{french.NBSP}{found.definition.unit}"


def _bars(found: IndicatorSeries, finding: str, place: str) -> BarChart:
    """Compare the places over the whole period, the highest first."""
    known = sorted((row for row in found.rows if row.period.value is not None), key=_period, reverse=True)
    return BarChart(
        title=finding,
        labels=[row.label for row in known],
        values=[row.period.value for row in known],
        y_unit=found.definition.unit,
        label_title=_BY[found.by],
        highlighted=frozenset(row.label for row in known if row.code == place),
        decimals=found.definition.decimals,
    )


def _chart(found: IndicatorSeries, place: str) -> LineChart | None:
    """Draw the months of the places that show enough of them; None when no place does."""
    shown = [row for row in found.rows if row.code == place or _shows_enough(row)]
    if not shown:
        return None
    is_crowded = len(shown) > _MOST_COLOURS
    return LineChart(
        title=_evolution(found, next((row for row in shown if row.code == place), shown[0]), alone=len(shown) == 1),
        series=[
            Series(
                row.label,
                [None if cell.value is None else round(cell.value, 2) for cell in row.cells],
                is_quiet=row.code != place if place else is_crowded,
            )
            for row in shown
        ],
        x_labels=[french.short_month(date.fromisoformat(f"{month}-01")) for month in found.months],
        y_unit=found.definition.unit,
        decimals=found.definition.decimals,
        note="Une courbe par lieu qui montre au moins deux mois sur trois\u202f; le tableau les dit tous.",
    )


def _evolution(found: IndicatorSeries, row: SeriesRow, *, alone: bool) -> str:
    """Return what the first line does from its first to its last month shown."""
    known = [(month, cell.value) for month, cell in zip(found.months, row.cells, strict=True) if cell.value is not None]
    if not known:
        return "Aucun mois ne compte assez de séjours pour être montré"
    (first, start), (last, end) = known[0], known[-1]
    others = "" if alone else ", et les autres lieux qui montrent assez de mois"
    return (
        f"{row.label}\u00a0: {_value(found, start)} en {_month(first)}, {_value(found, end)} en {_month(last)}{others}"
    )


def _month(month: str) -> str:
    return french.month(date.fromisoformat(f"{month}-01"))


def _shows_enough(row: SeriesRow) -> bool:
    return 3 * sum(cell.value is not None for cell in row.cells) >= 2 * len(row.cells)


def _table(found: IndicatorSeries) -> Table:
    columns = [
        Column(_BY[found.by]),
        Column("Moyenne sur la période", is_numeric=True),
        Column("Séjours", is_numeric=True),
        Column("Mois masqués", is_numeric=True),
    ]
    rows = [
        [
            row.label,
            _value(found, row.period.value),
            french.number(row.period.count or 0),
            str(sum(cell.value is None for cell in row.cells)),
        ]
        for row in found.rows
    ]
    return Table(f"{found.definition.label} sur la période", columns, rows)
