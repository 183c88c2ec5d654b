"""An indicator as rows of months, by site or by establishment: values, or None where they may not be shown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from passerelle.core.directory import api as directory
from passerelle.evidence.indicators.rules.comparison import Comparison, compare, curve, split
from passerelle.evidence.indicators.rules.definition import Definition
from passerelle.evidence.indicators.rules.disclosure import Amount, Block, add_up, within
from passerelle.evidence.indicators.selectors.cells import published
from passerelle.evidence.indicators.selectors.definitions import definition

By = Literal["establishment", "site"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure and the number of stays behind it; both None when it is hidden."""

    value: float | None
    count: int | None


HIDDEN = Cell(None, None)


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A site or an establishment: its months, and its whole period, in which grouped months count too."""

    code: str
    label: str
    cells: tuple[Cell, ...]
    period: Cell


@dataclass(frozen=True, slots=True)
class IndicatorSeries:
    definition: Definition
    by: By
    months: tuple[str, ...]
    rows: tuple[SeriesRow, ...]
    everywhere: Cell
    refreshed_at: datetime

    @property
    def hidden_cells(self) -> int:
        return sum(cell.value is None for row in self.rows for cell in row.cells)


class UnknownIndicator(LookupError):
    """No indicator bears this code."""


def series(
    indicator_code: str, *, by: By = "establishment", months: tuple[str, str] | None = None
) -> IndicatorSeries | None:
    """Return an indicator month by month, from the first month to the last one included; None before the first extract.

    Raises:
        UnknownIndicator: no indicator bears this code.
    """
    asked = _definition(indicator_code)
    found = published(asked)
    if found is None:
        return None
    kept = tuple(month for month in found.months if months is None or months[0] <= month <= months[1])
    rows = tuple(
        _row(code, label, [found.blocks[site] for site in sites if site in found.blocks], kept)
        for code, label, sites in _places(by)
    )
    return IndicatorSeries(
        definition=asked,
        by=by,
        months=kept,
        rows=tuple(row for row in rows if row.period.value is not None),
        everywhere=_shown(add_up(within(blocks, kept) for blocks in found.blocks.values())),
        refreshed_at=found.refreshed_at,
    )


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """A comparison, the two curves it can be drawn from, and the sites' names."""

    definition: Definition
    comparison: Comparison
    months: tuple[str, ...]
    project_curve: tuple[float | None, ...]
    others_curve: tuple[float | None, ...]
    site_names: dict[str, str]
    refreshed_at: datetime


def before_after(indicator_code: str, *, sites: Sequence[str], started_on: date) -> BeforeAfter | None:
    """Compare sites with all others, before and after a day; None when there is nothing that may be shown.

    Only sums over published blocks leave: a month that holds too few stays is grouped with its neighbours.

    Raises:
        UnknownIndicator: no indicator bears this code.
    """
    asked = _definition(indicator_code)
    found = published(asked)
    if found is None:
        return None
    before, after = split(found.months, f"{started_on:%Y-%m}", starts_in_month=started_on.day > 1)
    comparison = compare(found.blocks, project_sites=sites, months_before=before, months_after=after)
    if comparison is None:
        return None
    return BeforeAfter(
        definition=asked,
        comparison=comparison,
        months=found.months,
        project_curve=tuple(curve(found.blocks, comparison.project, found.months)),
        others_curve=tuple(curve(found.blocks, comparison.others, found.months)),
        site_names=site_labels(),
        refreshed_at=found.refreshed_at,
    )


def _definition(code: str) -> Definition:
    asked = definition(code)
    if asked is None:
        raise UnknownIndicator(code)
    return asked


def _places(by: By) -> list[tuple[str, str, list[str]]]:
    if by == "site":
        return [(code, label, [code]) for code, label in site_labels().items()]
    sites = directory.sites()
    return [
        (row.code, row.short_name, [site.code for site in sites if site.establishment == row.code])
        for row in directory.establishments()
    ]


def site_labels() -> dict[str, str]:
    """Return how to name each site of the group: by its establishment alone when it is its only site."""
    sites = directory.sites()
    alone = Counter(site.establishment for site in sites)
    return {
        site.code: row.short_name if alone[row.code] == 1 else f"{row.short_name}, {site.name}"
        for row in directory.establishments()
        for site in sites
        if site.establishment == row.code
    }


def _row(code: str, label: str, sites: Sequence[Sequence[Block]], months: Sequence[str]) -> SeriesRow:
    single: dict[str, list[Amount]] = {}
    for blocks in sites:
        for block in blocks:
            if block.is_one_month:
                single.setdefault(block.months[0], []).append(block.amount)
    return SeriesRow(
        code=code,
        label=label,
        cells=tuple(_shown(add_up(single.get(month, []))) for month in months),
        period=_shown(add_up(within(blocks, months) for blocks in sites)),
    )


def _shown(amount: Amount) -> Cell:
    return Cell(amount.mean, amount.count) if amount.count else HIDDEN
