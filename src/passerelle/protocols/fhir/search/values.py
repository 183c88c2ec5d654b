"""Values that a search compares: those found in a resource and those asked for."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from passerelle.protocols.fhir.codec import FhirError

PARIS = ZoneInfo("Europe/Paris")
_DATE = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.(?P<part>\d{1,9}))?)?(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A code in a system; `system` is None when none is told."""

    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class DateRange:
    """Half-open range of moments that a date of any precision covers; None is unbounded."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Amount:
    """An interval of numbers with its unit; a plain value is `low` and `high` at once."""

    low: Decimal
    high: Decimal
    system: str | None = None
    code: str | None = None
    unit: str | None = None


SearchValue: TypeAlias = Token | DateRange | Amount | str


_LONGEST_KEPT: Final = 64
_APART = str.maketrans("-'", "  ")


def fold(text: str) -> str:
    """Return text without accents, case or punctuation of names, for comparison."""
    return _kept_fold(text) if len(text) <= _LONGEST_KEPT else _fold(text)


def _fold(text: str) -> str:
    if text.isascii():
        return " ".join(text.translate(_APART).casefold().split())
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae"))
    kept = "".join(" " if char in "-'’" else char for char in plain if not unicodedata.combining(char))
    return " ".join(kept.casefold().split())


#: Names, towns and units come again from one resource to the next.
_kept_fold: Final = lru_cache(maxsize=1 << 14)(_fold)


def covering(ranges: Sequence[DateRange]) -> DateRange:
    """Return the range from the first moment of some ranges to the last; there is one at least."""
    starts = [one.start for one in ranges]
    ends = [one.end for one in ranges]
    return DateRange(
        None if None in starts else min(one for one in starts if one),
        None if None in ends else max(one for one in ends if one),
    )


def date_range(text: str) -> DateRange:
    """Return the range a FHIR date covers: a year, a month, a day, a minute, a second or an instant.

    A date without offset is in Europe/Paris.

    Raises:
        FhirError: not a FHIR date.
    """
    found = _DATE.fullmatch(text)
    if not found:
        raise FhirError(why=f"date FHIR illisible : {text[:40]}")
    try:
        start = _start(found)
        return DateRange(start, _end(start, found))
    except (ValueError, OverflowError) as fault:
        raise FhirError(why=f"date impossible : {text[:40]}") from fault


def _start(found: re.Match[str]) -> datetime:
    zone = (found["zone"] or "").replace("Z", "+00:00")
    naive = datetime(  # noqa: DTZ001 (the zone is given just below)
        int(found["year"]),
        int(found["month"] or 1),
        int(found["day"] or 1),
        int(found["hour"] or 0),
        int(found["minute"] or 0),
        min(int(found["second"] or 0), 59),
        int((found["part"] or "0")[:6].ljust(6, "0")),
    )
    return datetime.fromisoformat(naive.isoformat() + zone) if zone else naive.replace(tzinfo=PARIS)


def _end(start: datetime, found: re.Match[str]) -> datetime:
    if found["part"]:
        digits = min(len(found["part"]), 6)
        return start + timedelta(microseconds=10 ** (6 - digits))
    if found["hour"]:
        return start + (timedelta(seconds=1) if found["second"] else timedelta(minutes=1))
    if found["day"]:
        return start + timedelta(days=1)
    if found["month"]:
        return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return start.replace(year=start.year + 1)
