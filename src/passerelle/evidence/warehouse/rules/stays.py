"""From a stay of the record to a row that names nobody: pseudonym, age band, months, length. Plain Python."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

_PARIS: Final = ZoneInfo("Europe/Paris")
_DAY_SECONDS: Final = 86_400
_BAND_YEARS: Final = 5
_OLDEST_BAND: Final = 90
_NOT_A_STAY: Final = frozenset({"cancelled", "entered-in-error", "planned"})
_SEXES: Final = {"female": "F", "F": "F", "male": "M", "M": "M"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a functional unit is and what it does."""

    site: str
    kind: str
    specialty: str


@dataclass(frozen=True, slots=True)
class Source:
    """What the record says of a stay."""

    person_id: UUID
    establishment: str
    birth_date: date | None
    sex: str
    encounter: Mapping[str, Any]


Row = tuple[str, str, str, str, str, str, str, str, str, str, str]
UNKNOWN_PLACE: Final = Place("", "", "")


def pseudonym(person_id: UUID, key: bytes) -> str:
    """Return the pseudonym of a person: HMAC-SHA-256 under a key that the extract does not hold, 128 bits kept."""
    return hmac.new(key, person_id.bytes, hashlib.sha256).hexdigest()[:32]


def age_band(born: date | None, on: date) -> str:
    """Return « 40-44 », « 90+ », or nothing when the birth date is unknown or after the day."""
    if born is None or born > on:
        return ""
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if age >= _OLDEST_BAND:
        return f"{_OLDEST_BAND}+"
    low = age - age % _BAND_YEARS
    return f"{low}-{low + _BAND_YEARS - 1}"


def describe(source: Source, places: Mapping[tuple[str, str], Place], key: bytes) -> Row | None:
    """Return the row of a stay, in the order of the dictionary; None for what is not a stay or has no beginning."""
    encounter = source.encounter
    start, end = _period(encounter)
    if start is None or encounter.get("status") in _NOT_A_STAY or (end is not None and end < start):
        return None
    place = places.get((source.establishment, main_unit(encounter, end)), UNKNOWN_PLACE)
    return (
        pseudonym(source.person_id, key),
        source.establishment,
        place.site,
        place.kind,
        place.specialty,
        str(encounter.get("class", {}).get("code", "")),
        age_band(source.birth_date, start.astimezone(_PARIS).date()),
        _SEXES.get(source.sex, "U"),
        f"{start.astimezone(_PARIS):%Y-%m}",
        f"{end.astimezone(_PARIS):%Y-%m}" if end else "",
        f"{(end - start).total_seconds() / _DAY_SECONDS:.1f}" if end else "",
    )


def main_unit(encounter: Mapping[str, Any], end: datetime | None) -> str:
    """Return the code of the unit where the stay lasted longest, the first one when they tie; "" when none is told."""
    best, longest = "", -1.0
    for entry in encounter.get("location", []):
        code = str(entry.get("location", {}).get("identifier", {}).get("value", ""))
        since = _moment(entry.get("period", {}).get("start"))
        until = _moment(entry.get("period", {}).get("end")) or end
        lasted = (until - since).total_seconds() if since and until else 0.0
        if code and lasted > longest:
            best, longest = code, lasted
    return best


def _period(encounter: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    period = encounter.get("period", {})
    return _moment(period.get("start")), _moment(period.get("end"))


def _moment(text: str | None) -> datetime | None:
    """Read a FHIR dateTime that carries its offset; anything less precise tells no length."""
    if not text or "T" not in text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else None
