"""When a letter is due, and how late something is. The hours and days are given: they are legal parameters.

Source: CSP, art. R. 1112-1-2, I: the letter is handed over at discharge and transmitted the same day.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

_PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Delays:
    """`due_hour` is the hour of the day of discharge, in Paris, after which a letter is late; the others are hours."""

    due_hour: int
    next_day_hour: int
    received_hours: int
    read_hours: int


class Standing(Enum):
    """Where the letter of a discharge stands at a moment."""

    label: str
    kind: str

    def __new__(cls, value: str, label: str = "", kind: str = "") -> "Standing":
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        member.kind = kind
        return member

    NEXT_DAY = "next_day", "En retard depuis la veille ou plus", "danger"
    SAME_DAY = "same_day", "En retard aujourd’hui", "danger"
    DUE = "due", "À envoyer aujourd’hui", "attention"
    DONE_LATE = "done_late", "Envoyée après le jour de sortie", "attention"
    DONE = "done", "Envoyée le jour de la sortie", "done"


def due_at(left_at: datetime, delays: Delays) -> datetime:
    """Return until when the letter of a stay is on time: that hour of the day of discharge, midnight when later."""
    day = left_at.astimezone(_PARIS).date()
    limit = datetime.combine(day, time(delays.due_hour), tzinfo=_PARIS)
    if left_at < limit:
        return limit
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=_PARIS)


def overdue_at(left_at: datetime, delays: Delays) -> datetime:
    """Return when it is late by a day: that hour of the day after discharge."""
    day = left_at.astimezone(_PARIS).date() + timedelta(days=1)
    return datetime.combine(day, time(delays.next_day_hour), tzinfo=_PARIS)


def standing(left_at: datetime, answered_at: datetime | None, *, at: datetime, delays: Delays) -> Standing:
    """Return where a letter stands at a moment."""
    if answered_at is not None:
        return Standing.DONE if is_same_day(left_at, answered_at) else Standing.DONE_LATE
    if at >= overdue_at(left_at, delays):
        return Standing.NEXT_DAY
    return Standing.SAME_DAY if at >= due_at(left_at, delays) else Standing.DUE


def is_same_day(left_at: datetime, answered_at: datetime) -> bool:
    """Tell whether a letter left on the day of discharge, in Paris (or before: it was ready)."""
    return answered_at.astimezone(_PARIS).date() <= left_at.astimezone(_PARIS).date()


def is_not_received(sent_at: datetime, received_at: datetime | None, *, at: datetime, delays: Delays) -> bool:
    """Tell whether a sending should have been received by now."""
    return received_at is None and at >= sent_at + timedelta(hours=delays.received_hours)


def is_not_read(sent_at: datetime, read_at: datetime | None, *, at: datetime, delays: Delays) -> bool:
    """Tell whether a sending should have been read by now."""
    return read_at is None and at >= sent_at + timedelta(hours=delays.read_hours)
