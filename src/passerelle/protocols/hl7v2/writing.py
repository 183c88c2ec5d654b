from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from passerelle.protocols.hl7v2 import charset as charsets
from passerelle.protocols.hl7v2.escapes import escape
from passerelle.protocols.hl7v2.separators import DEFAULT

_MINUTE = timedelta(minutes=1)

Leaf: TypeAlias = str
Component: TypeAlias = Leaf | tuple[Leaf, ...]
Occurrence: TypeAlias = Leaf | tuple[Component, ...]
#: A text is a leaf and gets escaped; a tuple holds components (and, inside, subcomponents); a list holds repetitions.
Field: TypeAlias = Occurrence | list[Occurrence]


def segment(name: str, fields: Mapping[int, Field]) -> list[Field]:
    """Return a segment for `build` from the numbers of its fields; the gaps are empty fields.

    MSH-1 and MSH-2 are written by `build` and not given here.
    """
    return [name, *(fields.get(number, "") for number in range(1, max(fields, default=0) + 1))]


def build(segments: Sequence[Sequence[Field]], *, charset: str = "UNICODE UTF-8") -> bytes:
    """Write a message with the usual delimiters, each segment ended by CR, trailing empty parts left out.

    Raises:
        Hl7Error: `charset` (a name of table 0211) cannot carry one of the characters.
    """
    text = "".join(f"{_segment(one)}\r" for one in segments)
    return charsets.encode(text, charset)


def moment(at: datetime) -> str:
    """Write a date-time to the second, with its offset when it has one."""
    offset = at.utcoffset()
    if offset is not None and offset % _MINUTE:
        at = at.astimezone(UTC)  # local mean times of before 1911 have seconds, which HL7 cannot write
    return f"{at.year:04d}{at:%m%d%H%M%S%z}"


def _segment(fields: Sequence[Field]) -> str:
    name, *rest = (_field(field) for field in fields)
    if name == "MSH":
        rest = [DEFAULT.encoding_characters, *rest[2:]]
    return DEFAULT.field.join([name, *rest]).rstrip(DEFAULT.field)


def _field(field: Field) -> str:
    if isinstance(field, list):
        return DEFAULT.repetition.join(_occurrence(one) for one in field)
    return _occurrence(field)


def _occurrence(occurrence: Occurrence) -> str:
    if isinstance(occurrence, str):
        return escape(occurrence)
    return DEFAULT.component.join(_component(one) for one in occurrence).rstrip(DEFAULT.component)


def _component(component: Component) -> str:
    if isinstance(component, str):
        return escape(component)
    return DEFAULT.subcomponent.join(escape(one) for one in component).rstrip(DEFAULT.subcomponent)
