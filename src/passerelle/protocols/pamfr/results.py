from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from passerelle.protocols.hl7v2 import Message, Segment
from passerelle.protocols.pamfr.documents import is_metadata
from passerelle.protocols.pamfr.events import Observation
from passerelle.protocols.pamfr.moments import moment
from passerelle.protocols.pamfr.people import given

_NUMBER = re.compile(r"[+-]?\d{1,30}(?:[.,]\d{1,30})?", re.ASCII)
_TYPES = frozenset({"NM", "SN", "ST", "TX", "FT", "CE", "CWE", "CNE", "DT", "TS", "DTM"})
_CODED = frozenset({"CE", "CWE", "CNE"})


def observations(message: Message) -> tuple[Observation, ...]:
    """Read the OBX of an ORU that are results; each takes the time of its OBR when it has none.

    Raises:
        Hl7Error: an unreadable date.
    """
    found: list[Observation] = []
    collected_at: datetime | None = None
    obr_count = obx_count = 0
    for segment in message.segments:
        if segment.name == "OBR":
            obr_count += 1
            collected_at = moment(segment.get("7"), f"OBR^{obr_count}^7")
        elif segment.name == "OBX":
            obx_count += 1
            if segment.get("2") in _TYPES and not is_metadata(segment):
                found.append(_observation(segment, obx_count, collected_at))
    return tuple(found)


def _observation(obx: Segment, place: int, collected_at: datetime | None) -> Observation:
    number, text = _value(obx)
    return Observation(
        code=given(obx.get("3.1")),
        code_system=given(obx.get("3.3")),
        label=given(obx.get("3.2")),
        value_number=number,
        value_text=text,
        unit=given(obx.get("6.1")),
        reference_range=given(obx.get("7")),
        interpretation=given(obx.get("8")),
        status=given(obx.get("11")) or "F",
        observed_at=moment(obx.get("14"), f"OBX^{place}^14") or collected_at,
    )


def _value(obx: Segment) -> tuple[Decimal | None, str]:
    kind = obx.get("2")
    if kind == "NM":
        text = given(obx.get("5"))
        return _number(text), text
    if kind == "SN":
        return _structured(obx)
    if kind in _CODED:
        return None, given(obx.get("5.2")) or given(obx.get("5.1"))
    lines = (given("^".join("&".join(component) for component in one)) for one in obx.values(5))
    return None, "\n".join(line for line in lines if line)


def _structured(obx: Segment) -> tuple[Decimal | None, str]:
    comparator, first, separator, second = (given(obx.get(f"5.{part}")) for part in (1, 2, 3, 4))
    if separator or second or comparator not in {"", "="}:
        return None, " ".join(part for part in (comparator, first, separator, second) if part)
    return _number(first), first


def _number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None
