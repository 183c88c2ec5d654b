"""Appointments in the calendar one already has (RFC 5545). No word here tells a disease. Plain Python.

Times are of Europe/Paris with its VTIMEZONE, so that an appointment keeps its hour whatever clocks do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

from icalendar import Alarm, Calendar, Event, Timezone, vText

from passerelle.care.appointments.rules.openings import PARIS

SUMMARY: Final = "Rendez-vous"
_PRODUCT: Final = "-//Passerelle//Rendez-vous//FR"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a calendar is told of an appointment: when, and where when it is wished."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    version: int
    changed_at: datetime
    place: str = ""
    is_off: bool = False


def calendar_of(entries: Iterable[Entry], *, name: str = "Rendez-vous") -> bytes:
    """Return the iCalendar text of these appointments; those that are off are told as cancelled."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Europe/Paris")
    calendar.add("refresh-interval", vText("PT6H"), parameters={"VALUE": "DURATION"})
    told = list(entries)
    first = min((one.starts_at.date() for one in told), default=date(2026, 1, 1))
    calendar.add_component(_paris(first.year))
    for one in told:
        calendar.add_component(_event(one))
    text: bytes = calendar.to_ical()
    return text


@lru_cache(maxsize=8)
def _paris(year: int) -> Timezone:
    """Return the VTIMEZONE of Paris around a year: it takes a while to work out."""
    return Timezone.from_tzinfo(PARIS, first_date=date(year - 1, 1, 1), last_date=date(year + 3, 1, 1))


def _event(one: Entry) -> Event:
    event = Event()
    event.add("uid", f"{one.id}@passerelle")
    event.add("dtstamp", one.changed_at)
    event.add("dtstart", one.starts_at.astimezone(PARIS))
    event.add("dtend", one.ends_at.astimezone(PARIS))
    event.add("summary", SUMMARY)
    event.add("sequence", one.version)
    event.add("status", "CANCELLED" if one.is_off else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    if one.place:
        event.add("location", one.place)
    if not one.is_off:
        event.add_component(_alarm())
    return event


def _alarm() -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", SUMMARY)
    alarm.add("trigger", timedelta(days=-1))
    return alarm
