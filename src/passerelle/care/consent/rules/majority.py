"""Eighteen years: when a parent stops standing for a child."""

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

MAJORITY_YEARS: Final = 18
_PARIS: Final = ZoneInfo("Europe/Paris")


def majority_at(birth_date: date) -> datetime:
    """Return the first moment of the eighteenth birthday, in Paris; who is born on 29 February comes of age on 1 March.

    Source: Code civil, art. 414.
    """
    year = birth_date.year + MAJORITY_YEARS
    try:
        birthday = birth_date.replace(year=year)
    except ValueError:
        birthday = date(year, 3, 1)
    return datetime.combine(birthday, time.min, _PARIS)


def is_minor(birth_date: date | None, at: datetime) -> bool:
    """Tell whether someone is under eighteen at this moment; an unknown birth date is not a minor’s."""
    return birth_date is not None and at < majority_at(birth_date)


def end_of_day(last: date) -> datetime:
    """Return the exclusive end of a period whose last day is this one, in Paris."""
    return datetime.combine(date.fromordinal(last.toordinal() + 1), time.min, _PARIS)
