"""The estimate as its page shows it: figures titled by what they say, tables beside them, lines for a spreadsheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from passerelle.care.savings.rules.declared import declaration
from passerelle.care.savings.selectors.minutes import Estimate
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import BarChart, Column, LineChart, Series, Table, french

_HOUR = Decimal(60)


@dataclass(frozen=True, slots=True)
class SavingsView:
    """What the page draws."""

    hours: str
    months_chart: LineChart
    shares_chart: BarChart | None
    places: Table
    acts: Table
    target: int


def places() -> list[tuple[str, str]]:
    """Return the establishments of the group: code and short name."""
    return [(row.code, row.short_name) for row in directory.establishments()]


def savings_view(found: Estimate) -> SavingsView:
    """Draw an estimate."""
    return SavingsView(
        hours=f"{_hours(found.minutes)}{french.NBSP}h",
        months_chart=_months_chart(found),
        shares_chart=_shares_chart(found),
        places=_places_table(found),
        acts=_acts_table(found),
        target=declaration().target_percent,
    )


def csv_rows(found: Estimate) -> Iterator[list[str]]:
    """Yield the lines of a spreadsheet: one by establishment and month, decimal comma."""
    yield ["Établissement", "Mois", "Heures rendues (estimation)", "Origine"]
    for code, name in places():
        for month in found.months:
            given = found.places.get(code, {}).get(month, Decimal(0))
            yield [name, month.isoformat()[:7], french.number(given / _HOUR, 1), "estimé"]


def _hours(minutes: Decimal) -> str:
    return french.number(minutes / _HOUR, 0)


def _months_chart(found: Estimate) -> LineChart:
    values = [float(found.of_month(month) / _HOUR) for month in found.months]
    last, first = values[-1], values[0]
    way = "autant qu’au début" if last == first else "plus qu’au début" if last > first else "moins qu’au début"
    title = (
        f"{french.number(last, 0)}{french.NBSP}heures rendues en {french.month(found.months[-1])}, "
        f"{way} de la période ({french.number(first, 0)}{french.NBSP}heures)"
    )
    return LineChart(
        title=title,
        series=[Series("Heures rendues", values)],
        x_labels=[french.short_month(month) for month in found.months],
        y_unit="heures",
        decimals=0,
        origin="estimated",
    )


def _shares_chart(found: Estimate) -> BarChart | None:
    named = dict(places())
    known = [(named[code], value) for code, value in found.shares.items() if value is not None and code in named]
    if not known:
        return None
    ranked: Sequence[tuple[str, Decimal]] = sorted(known, key=lambda one: one[1], reverse=True)
    best, share = ranked[0]
    aim = f"pour une cible de {declaration().target_percent}{french.NBSP}%"
    return BarChart(
        title=f"{best} atteint {french.percent(float(share))} de ses heures administratives, {aim}",
        labels=[name for name, _ in ranked],
        values=[float(value * 100) for _, value in ranked],
        y_unit="% des heures",
        origin="estimated",
    )


def _places_table(found: Estimate) -> Table:
    rows = [
        [name, _hours(found.of_place(code)), _share(found.shares.get(code))]
        for code, name in places()
        if code in found.places
    ]
    columns = [
        Column("Établissement"),
        Column("Heures rendues sur la période", is_numeric=True),
        Column("Part des heures administratives", is_numeric=True),
    ]
    return Table("Heures rendues par établissement (estimation)", columns, rows)


def _share(value: Decimal | None) -> str:
    return "heures non saisies" if value is None else french.percent(float(value))


def _acts_table(found: Estimate) -> Table:
    rows = [
        [
            line.act.label,
            french.number(line.count),
            french.number(line.worth.value, 1),
            _hours(line.minutes),
            line.act.replaces,
        ]
        for line in found.acts
        if line.count
    ]
    columns = [
        Column("Acte fait par la plateforme"),
        Column("Nombre", is_numeric=True),
        Column("Minutes chacun", is_numeric=True),
        Column("Heures rendues", is_numeric=True),
        Column("Acte sur papier remplacé"),
    ]
    return Table("Acte par acte (estimation)", columns, rows)
