"""Adherence as its page draws it: a chart titled by the finding, tables, lines for a spreadsheet."""

from collections.abc import Iterator

from passerelle.care.carepaths.rules.course import FOLLOWED_WELL_PERCENT
from passerelle.care.carepaths.selectors.adherence import Adherence, PlaceAdherence
from passerelle.core.ui.api import BarChart, Column, Table, french

_HIDDEN = "masqué"
_PERCENT = 100


def chart_of(found: Adherence) -> BarChart | None:
    """Compare the establishments that may be shown; None when none may."""
    shown = [(one, one.tally.share) for one in found.places if one.tally is not None and one.tally.share is not None]
    if not shown:
        return None
    ranked = sorted(shown, key=lambda pair: pair[1], reverse=True)
    low, high = ranked[-1], ranked[0]
    title = f"{high[0].name}\u00a0: {french.percent(high[1])} de ce qui était dû, fait à temps"
    if len(ranked) > 1:
        title = f"De {french.percent(low[1])} ({low[0].name}) à {french.percent(high[1])} ({high[0].name}) fait à temps"
    return BarChart(
        title=title,
        labels=[one.name for one, _ in ranked],
        values=[share * _PERCENT for _, share in ranked],
        y_unit="% de ce qui était dû",
        decimals=0,
        gap_note=f"«\u00a0masqué\u00a0»\u00a0: moins de {found.minimum} patients.",
    )


def table_of(found: Adherence) -> Table:
    """Return one line for each establishment, then the group."""
    columns = [
        Column("Établissement"),
        Column("Patients", is_numeric=True),
        Column("Fait à temps", is_numeric=True),
        Column("En retard", is_numeric=True),
        Column("Non fait", is_numeric=True),
        Column("Écarté avec motif", is_numeric=True),
        Column(f"Patients à {FOLLOWED_WELL_PERCENT}\u00a0% et plus", is_numeric=True),
    ]
    return Table("Ce qui était dû, par établissement", columns, [_line(one) for one in (*found.places, found.whole)])


def _line(one: PlaceAdherence) -> list[object]:
    if one.tally is None or one.patients is None or one.well is None:
        return [one.name, *[_HIDDEN] * 6]
    due = one.tally.due
    shares = [_share(count, due) for count in (one.tally.in_time, one.tally.late, one.tally.missed)]
    return [one.name, one.patients, *shares, one.tally.aside, _share(one.well, one.patients)]


def _share(count: int, whole: int) -> str:
    return french.percent(count / whole, 0) if whole else "–"


def tasks_table(found: Adherence) -> Table:
    """Return one line for each task that counts, the least done first."""
    columns = [Column("Étape"), Column("Dues", is_numeric=True), Column("Faites à temps", is_numeric=True)]
    rows = [[one.title, one.tally.due, _share(one.tally.in_time, one.tally.due)] for one in found.tasks]
    return Table("Étape par étape, la moins suivie d’abord", columns, rows)


def adherence_rows(found: Adherence) -> Iterator[list[str]]:
    """Yield the lines of a spreadsheet; hidden establishments stay hidden."""
    table = table_of(found)
    yield [column.label for column in table.columns] + ["Origine"]
    for row in table.rows:
        yield [str(cell) for cell in row] + ["mesuré"]
