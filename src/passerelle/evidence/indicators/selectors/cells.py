"""The indicator computed by DuckDB, by site and month, and cut into what may be published before it leaves here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
from django.utils import timezone

from passerelle.core.parameters.api import legal
from passerelle.evidence.indicators.rules.definition import Definition
from passerelle.evidence.indicators.rules.disclosure import NOBODY, Amount, Block, cut, cut_part
from passerelle.evidence.indicators.selectors.definitions import definition
from passerelle.evidence.warehouse import api as warehouse


@dataclass(frozen=True, slots=True)
class Published:
    """What may be shown of an indicator: blocks by site, the months they span, and when the extract was made."""

    months: tuple[str, ...]
    blocks: dict[str, tuple[Block, ...]]
    refreshed_at: datetime


def published(asked: Definition) -> Published | None:
    """Return the blocks of an indicator; None before the first extract."""
    extract = warehouse.current_extract()
    if extract is None:
        return None
    day = timezone.localdate(extract.refreshed_at)
    minimum = legal(asked.minimum_cell, day).as_int
    with warehouse.connect() as connection:
        whole = definition(asked.within) if asked.within else None
        cells = _cells(connection, whole or asked, day)
        months = _calendar(cells)
        blocks = {site: cut(_filled(found, months), minimum=minimum) for site, found in cells.items()}
        if whole is not None:
            part = _cells(connection, asked, day)
            blocks = {
                site: cut_part(found, _filled(part.get(site, {}), months), minimum=minimum)
                for site, found in blocks.items()
            }
    return Published(months, {site: found for site, found in blocks.items() if found}, extract.refreshed_at)


def _cells(connection: duckdb.DuckDBPyConnection, asked: Definition, day: date) -> dict[str, dict[str, Amount]]:
    """Return the sums by site and month. Column names come from a validated definition, values are bound.

    The month of the extract is left out: it grows, and two extracts of it could be subtracted down to one stay.
    """
    conditions = "".join(f' AND "{name}" IN (SELECT unnest(?))' for name in asked.population)
    rows = connection.execute(
        f'SELECT site, "{asked.month}", count(*), sum("{asked.summed}"), '  # noqa: S608 - validated column names
        f'sum("{asked.summed}" * "{asked.summed}") FROM stays '
        f'WHERE "{asked.summed}" IS NOT NULL AND "{asked.month}" < ? AND site IS NOT NULL{conditions} '
        "GROUP BY ALL ORDER BY ALL",
        [f"{day:%Y-%m}", *(list(values) for values in asked.population.values())],
    ).fetchall()
    cells: dict[str, dict[str, Amount]] = {}
    for site, month, count, total, squares in rows:
        cells.setdefault(site, {})[month] = Amount(count, total, squares)
    return cells


def _calendar(cells: dict[str, dict[str, Amount]]) -> tuple[str, ...]:
    """Return every month from the first to the last one seen at any site."""
    seen = sorted({month for found in cells.values() for month in found})
    return tuple(_span(seen[0], seen[-1])) if seen else ()


def _span(first: str, last: str) -> list[str]:
    start, end = _index(first), _index(last)
    return [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(start, end + 1)]


def _index(month: str) -> int:
    day = date.fromisoformat(f"{month}-01")
    return day.year * 12 + day.month - 1


def _filled(found: dict[str, Amount], months: Sequence[str]) -> list[tuple[str, Amount]]:
    return [(month, found.get(month, NOBODY)) for month in months]
