"""Builders of R4 data types. Absent parts are left out: FHIR knows neither null nor the empty list."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from passerelle.protocols.fhir.codec import Json

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"


def pruned(parts: Json) -> Json:
    """Return the parts that say something (false and 0 do)."""
    return {name: part for name, part in parts.items() if part or part == 0}


def moment(at: datetime | date | str | None) -> str | None:
    """Return a FHIR dateTime: moments in UTC with `Z`, dates as they are, text untouched."""
    if at is None or isinstance(at, str):
        return at
    return _instant(at) if isinstance(at, datetime) else at.isoformat()


@lru_cache(maxsize=4_096)  # a message tells the same moment in several places
def _instant(at: datetime) -> str:
    told = orjson.dumps(at if at.tzinfo is UTC else at.astimezone(UTC), option=orjson.OPT_UTC_Z).decode()
    return told[1:24] + "Z" if at.microsecond else told[1:-1]


def coding(system: str | None, code: str, display: str | None = None) -> Json:
    """Return a Coding."""
    return pruned({"system": system, "code": code, "display": display})


def codeable_concept(*codings: Json, text: str | None = None) -> Json:
    """Return a CodeableConcept of these codings."""
    return pruned({"coding": list(codings), "text": text})


def identifier(value: str, *, system: str | None = None, use: str | None = None, type_code: str | None = None) -> Json:
    """Return an Identifier; `type_code` is of HL7 table 0203 (PI, AN, VN…) or of its French extension."""
    kind = codeable_concept(coding("http://terminology.hl7.org/CodeSystem/v2-0203", type_code)) if type_code else None
    return pruned({"use": use, "type": kind, "system": system, "value": value})


def human_name(
    family: str | None,
    given: Sequence[str] = (),
    *,
    use: str | None = "official",
    text: str | None = None,
    prefix: Sequence[str] = (),
) -> Json:
    """Return a HumanName; `use` is official for the birth name, usual for the name in use."""
    return pruned({"use": use, "text": text, "family": family, "given": list(given), "prefix": list(prefix)})


def reference(target: str | None, *, display: str | None = None, logical: Json | None = None) -> Json:
    """Return a Reference to `Type/id` or a URL; `logical` is an Identifier when there is no address."""
    return pruned({"reference": target, "identifier": logical, "display": display})


def period(start: datetime | date | str | None, end: datetime | date | str | None = None) -> Json:
    """Return a Period, without the end while it is open."""
    return pruned({"start": moment(start), "end": moment(end)})


def quantity(value: Decimal | float, unit: str | None = None, *, code: str | None = None) -> Json:
    """Return a Quantity; `code` is the UCUM code of the unit."""
    number: int | float = int(value) if value == int(value) else float(value)
    return pruned({"value": number, "unit": unit, "system": UCUM if code else None, "code": code})


def attachment(content_type: str, *, url: str | None = None, title: str | None = None, **more: Any) -> Json:
    """Return an Attachment; `more` holds elements under their FHIR names (size, hash, creation, language)."""
    return pruned({"contentType": content_type, "url": url, "title": title, **more})


def extension(url: str, **value: Any) -> Json:
    """Return an Extension with its `value[x]`, or with nested `extension`."""
    return pruned({"url": url, **value})
