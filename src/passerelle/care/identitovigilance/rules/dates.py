"""Birth dates from their first figures."""

from datetime import date

_OLDEST = 125


def dates_of(digits: str, *, today: date) -> tuple[date, ...]:
    """Return the past dates that begin by these figures (day, month, then year), latest first.

    4 figures are a day of any year, 5 of a decade, 6 of a year of two figures, 7 of a decade of four, 8 one date.
    Fewer, or an impossible day, give none.
    """
    if len(digits) < 4:
        return ()
    day, month, year = int(digits[:2]), int(digits[2:4]), digits[4:8]
    found = (_date(one, month, day) for one in range(today.year, today.year - _OLDEST, -1) if _begins(one, year))
    return tuple(one for one in found if one is not None and one <= today)


def _begins(year: int, typed: str) -> bool:
    """Tell whether a year may be what was typed: its two last figures, or its four, as far as they go."""
    whole, short = f"{year:04d}", f"{year % 100:02d}"
    if len(typed) <= 2:
        return short.startswith(typed)
    return whole.startswith(typed)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
