"""What a person changed in a message, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Hl7Error

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Difference:
    """A field, or a whole segment, that is not the same on both sides; "" where it is absent."""

    place: str
    name: str
    before: str
    after: str


def differences(before: bytes, after: bytes) -> list[Difference]:
    """Return what differs, in the order of the message; when one side cannot be read, line by line."""
    try:
        old, new = hl7v2.parse(before), hl7v2.parse(after)
    except Hl7Error:
        return list(_by_line(before, after))
    return list(_by_field(old, new))


def _by_field(old: hl7v2.Message, new: hl7v2.Message) -> Iterator[Difference]:
    for (name, rank), left, right in _paired(old, new):
        place = f"{name} n° {rank}" if rank > 1 else name
        if left is None or right is None:
            text = hl7v2.segment_name(name) or ""
            yield Difference(place, text, _segment_text(left), _segment_text(right))
            continue
        for n, (was, is_now) in enumerate(zip_longest(left.fields, right.fields, fillvalue="")):
            if was != is_now and n:
                yield Difference(f"{place}-{n}", hl7v2.field_name(name, n) or "", was[:_LONGEST], is_now[:_LONGEST])


def _paired(
    old: hl7v2.Message, new: hl7v2.Message
) -> Iterator[tuple[tuple[str, int], hl7v2.Segment | None, hl7v2.Segment | None]]:
    left, right = _ranked(old), _ranked(new)
    for key in [*left, *(key for key in right if key not in left)]:
        yield key, left.get(key), right.get(key)


def _ranked(message: hl7v2.Message) -> dict[tuple[str, int], hl7v2.Segment]:
    ranked: dict[tuple[str, int], hl7v2.Segment] = {}
    counts: dict[str, int] = {}
    for segment in message.segments:
        counts[segment.name] = counts.get(segment.name, 0) + 1
        ranked[segment.name, counts[segment.name]] = segment
    return ranked


def _segment_text(segment: hl7v2.Segment | None) -> str:
    return "|".join(segment.fields)[:_LONGEST] if segment else ""


def _by_line(before: bytes, after: bytes) -> Iterator[Difference]:
    old, new = (_lines(raw) for raw in (before, after))
    for n, (was, is_now) in enumerate(zip_longest(old, new, fillvalue=""), start=1):
        if was != is_now:
            yield Difference(f"ligne {n}", "", was[:_LONGEST], is_now[:_LONGEST])


def _lines(raw: bytes) -> list[str]:
    return raw.decode("utf-8", "replace").replace("\r\n", "\r").replace("\n", "\r").strip("\r").split("\r")
