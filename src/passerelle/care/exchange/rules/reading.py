"""A message as people read it: by segment and field, with French names and the error at its place."""

import re
from collections import Counter
from dataclasses import dataclass

from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Hl7Error

_LONGEST_VALUE = 300
_LONGEST_TEXT = 20_000
_ERL = re.compile(r"^(?P<segment>[A-Z][A-Z0-9]{2})(?:\^(?P<rank>\d+)?(?:\^(?P<field>\d+))?)?")
_DASHED = re.compile(r"^(?P<segment>[A-Z][A-Z0-9]{2})-(?P<field>\d+)")


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field that says something."""

    place: str
    name: str
    value: str
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A segment and its fields; `is_wrong` when the error is in it."""

    name: str
    caption: str
    fields: list[FieldView]
    is_wrong: bool


@dataclass(frozen=True, slots=True)
class _Place:
    segment: str = ""
    rank: int = 1
    field: int = 0


def segments_of(raw: bytes, *, error_where: str) -> list[SegmentView]:
    """Return the segments of a message; none when it cannot be parsed."""
    try:
        message = hl7v2.parse(raw)
    except Hl7Error:
        return []
    wrong = _place(error_where)
    ranks: Counter[str] = Counter()
    views = []
    for segment in message.segments:
        ranks[segment.name] += 1
        is_wrong = (segment.name, ranks[segment.name]) == (wrong.segment, wrong.rank)
        views.append(_segment(segment, ranks[segment.name], wrong.field if is_wrong else 0, is_wrong=is_wrong))
    return views


def place_of(where: str) -> str:
    """Return an error location as people say it: `PID^1^3` is « PID-3 »; "" when there is none."""
    place = _place(where)
    if not place.segment:
        return ""
    rank = f" n° {place.rank}" if place.rank > 1 else ""
    if not place.field:
        return f"{place.segment}{rank}"
    name = hl7v2.field_name(place.segment, place.field)
    return f"{place.segment}-{place.field}{rank}" + (f" ({name})" if name else "")


def readable(raw: bytes) -> tuple[str, bool]:
    """Return bytes as text, one segment a line, and whether it was cut for the screen."""
    try:
        text = hl7v2.parse(raw).text
    except Hl7Error:
        text = raw.decode("utf-8", "replace")
    shown = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    return shown[:_LONGEST_TEXT], len(shown) > _LONGEST_TEXT


def _place(where: str) -> _Place:
    """Read a location of type ERL (`PID^1^3`), or as handlers say it (`PID-3.4`)."""
    dashed = _DASHED.match(where)
    if dashed:
        return _Place(dashed["segment"], 1, int(dashed["field"]))
    found = _ERL.match(where)
    return _Place(found["segment"], int(found["rank"] or 1), int(found["field"] or 0)) if found else _Place()


def _segment(segment: hl7v2.Segment, rank: int, wrong_field: int, *, is_wrong: bool) -> SegmentView:
    fields = [
        FieldView(
            place=f"{segment.name}-{n}",
            name=hl7v2.field_name(segment.name, n) or "",
            value=_shortened(text),
            is_wrong=n == wrong_field,
        )
        for n, text in enumerate(segment.fields)
        if n > 0 and (text or n == wrong_field)
    ]
    number = f"{segment.name} n° {rank}" if rank > 1 else segment.name
    caption = " – ".join(filter(None, [number, hl7v2.segment_name(segment.name)]))
    return SegmentView(segment.name, caption, fields, is_wrong)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}… ({len(text)} caractères)"
