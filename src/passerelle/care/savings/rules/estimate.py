"""Minutes from counts. No database, no clock: months are the first day of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Dated:
    """A value in force from the month `since` until the next one; `source` says where it comes from."""

    since: date
    value: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Counted:
    """How many acts of a kind an establishment did in a month."""

    act: str
    establishment: str
    month: date
    count: int


def in_force(rows: Iterable[Dated], month: date) -> Dated | None:
    """Return the last row that began on or before a month; None when none had."""
    return max((row for row in rows if row.since <= month), key=lambda row: row.since, default=None)


def months_until(last: date, count: int) -> list[date]:
    """Return `count` months, oldest first, the last being that of `last`."""
    index = last.year * 12 + last.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(index - count + 1, index + 1)]


def month_after(month: date) -> date:
    """Return the first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def share(minutes: Decimal, hours: Sequence[Decimal]) -> Decimal | None:
    """Return minutes as a share of hours of work; None when no hour is known."""
    whole = sum(hours, Decimal(0)) * 60
    return minutes / whole if whole else None
