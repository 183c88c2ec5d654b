"""An indicator as its page shows it: chart titled by the finding, table, and lines for a spreadsheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from passerelle.core.ui.api import Column, LineChart, Series, Table, french
from passerelle.evidence.indicators.selectors.series import IndicatorSeries, SeriesRow

_BY = {"establishment": "Établissement", "site": "Site"}
_HIDDEN = "masqué"


@dataclass(frozen=True, slots=True)
class IndicatorView:
    """What the page draws."""

    finding: str
    chart: LineChart
    table: Table


def indicator_view(found: IndicatorSeries, *, place: str = "") -> IndicatorView:
    """Draw an indicator; `place` is the code of the row to bring forward, "" for none."""
    finding = _finding(found, place)
    return IndicatorView(finding, _chart(found, finding, place), _table(found))


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


def _chart(found: IndicatorSeries, finding: str, place: str) -> LineChart:
    return LineChart(
        title=finding,
        series=[
            Series(
                row.label,
                [None if cell.value is None else round(cell.value, 2) for cell in row.cells],
                is_quiet=row.code != place,
            )
            for row in found.rows
            if row.code == place or _shows_enough(row)
        ],
        x_labels=[french.short_month(date.fromisoformat(f"{month}-01")) for month in found.months],
        y_unit=found.definition.unit,
        decimals=found.definition.decimals,
        note="Une courbe par lieu qui montre au moins deux mois sur trois\u202f; le tableau les dit tous.",
    )


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
