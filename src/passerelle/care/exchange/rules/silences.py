"""Whether a channel has been silent for too long: declared hours, nothing learnt."""

from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

_PARIS = ZoneInfo("Europe/Paris")


class Silence(Protocol):
    """The rule of a channel: so many minutes, between two hours (None: all day), on some ISO days (1 is Monday)."""

    @property
    def minutes(self) -> int: ...

    @property
    def from_time(self) -> time | None: ...

    @property
    def to_time(self) -> time | None: ...

    @property
    def days(self) -> tuple[int, ...]: ...


def silent_since(
    silence: Silence, last_at: datetime | None, *, at: datetime, declared_at: datetime | None = None
) -> datetime | None:
    """Return since when the channel is too silent, None when it is not or nobody watches at this hour.

    Silence counts from the opening of the watched hours at the earliest: a quiet night is no news at seven. Nor from
    before the channel was declared: nobody had promised anything.
    """
    opened_at = _opening(silence, at.astimezone(_PARIS))
    if opened_at is None:
        return None
    since = max(moment for moment in (opened_at, last_at, declared_at) if moment)
    return since if at - since >= timedelta(minutes=silence.minutes) else None


def is_watched(silence: Silence, *, at: datetime) -> bool:
    """Tell whether silence would be told at this moment."""
    return _opening(silence, at.astimezone(_PARIS)) is not None


def _opening(silence: Silence, now: datetime) -> datetime | None:
    """Return when the hours watched now began; hours past midnight belong to the day they begin."""
    start, end = silence.from_time, silence.to_time
    if start is None or end is None:
        return _first_midnight(silence, now)
    for day in (now.date(), now.date() - timedelta(days=1)):
        last_day = day if start < end else day + timedelta(days=1)
        opened_at = datetime.combine(day, start, _PARIS)
        if day.isoweekday() in silence.days and opened_at <= now < datetime.combine(last_day, end, _PARIS):
            return opened_at
    return None


def _first_midnight(silence: Silence, now: datetime) -> datetime | None:
    """Return the midnight since which every day is watched, a week ago at most."""
    opened_at = None
    for days_ago in range(8):
        day = now.date() - timedelta(days=days_ago)
        if day.isoweekday() not in silence.days:
            break
        opened_at = datetime.combine(day, time(), _PARIS)
    return opened_at
