"""Quiet hours: nothing leaves for a person from 21 h to 8 h, in the time of Paris."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
OPENS: Final = time(8)
CLOSES: Final = time(21)


def is_quiet(at: datetime) -> bool:
    """Tell whether a message must wait."""
    return not OPENS <= at.astimezone(PARIS).time() < CLOSES


def next_open(at: datetime) -> datetime:
    """Return the first moment, `at` or later, when a message may leave."""
    local = at.astimezone(PARIS)
    if not is_quiet(at):
        return at
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    return datetime.combine(day, OPENS, tzinfo=PARIS).astimezone(at.tzinfo)
