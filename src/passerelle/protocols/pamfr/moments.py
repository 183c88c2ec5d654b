from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from passerelle.protocols.hl7v2 import Hl7Error

PARIS = ZoneInfo("Europe/Paris")

_TIME = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,6})\d*)?)?)?)?)?)?(?:([+-])(\d\d)(\d\d))?",
    re.ASCII,
)
_NULL = '""'
_OPEN_END = "9999"  # some senders write "no end known" as the last day of the calendar


@lru_cache(maxsize=4_096)  # a message tells the same moment in several places
def moment(text: str, where: str) -> datetime | None:
    """Read an HL7 date-time of any precision; None when empty, null or in the year 9999.

    Without an offset the time is that of Europe/Paris. Missing parts are the first ones (202403 is 1 March, 00:00).

    Raises:
        Hl7Error: located at `where`, code 102.
    """
    text = text.strip()
    if text in {"", _NULL} or text.startswith(_OPEN_END):
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        raise _refused(where)
    year, month, day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = match.groups()
    zone = PARIS if sign is None else _zone(sign, int(offset_hours), int(offset_minutes), where)
    try:
        at = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
            int((fraction or "0").ljust(6, "0")), tzinfo=zone,
        )  # fmt: skip
    except ValueError as fault:
        raise _refused(where) from fault
    if at.year < 2:
        raise _refused(where)
    return at


@lru_cache(maxsize=4_096)
def day(text: str, where: str) -> date | None:
    """Read a birth date; None when it is not known to the day (1979, 197903, 19790300).

    Raises:
        Hl7Error: located at `where`, code 102.
    """
    text = text.strip()
    if text in {"", _NULL}:
        return None
    digits = text[:8]
    if not (digits.isascii() and digits.isdigit()):
        raise _refused(where)
    if len(digits) < 8 or digits[4:6] == "00" or digits[6:8] == "00":
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError as fault:
        raise _refused(where) from fault


def _zone(sign: str, hours: int, minutes: int, where: str) -> timezone:
    offset = timedelta(hours=hours, minutes=minutes)
    if offset >= timedelta(hours=24):
        raise _refused(where)
    return timezone(-offset if sign == "-" else offset)


def _refused(where: str) -> Hl7Error:
    return Hl7Error(where=where, why="la date ou l’heure est impossible à lire", code="102")
