from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from passerelle.protocols.hl7v2.separators import DEFAULT, Separators, declared
from passerelle.protocols.hl7v2.splitting import LARGE, fields_of, runs, split

#: The text of a segment, or its fields where they are known already.
Line: TypeAlias = str | list[str]

_BREAK = re.compile(r"(\r\n?|\n)")
_DELIMITERS = 16  # more than MSH-1 and MSH-2 can take
_USUAL = "MSH|^~\\&|"


class Page(NamedTuple):
    """A body cut in segments; the MSH, which is the first, and the large ones are in fields."""

    separators: Separators
    names: list[str]
    lines: list[Line]


def page_of(text: str) -> Page:
    """Cut a text that begins with MSH.

    Raises:
        Hl7Error: its delimiters are unusable.
    """
    separators = _separators(text)
    field = separators.field
    flat = text.replace("\n", "\r")
    lines = list(filter(None, flat.split("\r")))
    names = _names(lines, field)
    if names is None:
        lines = _joined(text, field)
        names = [line[:3] for line in lines]
    large = {place: split(line, field) for place, line in enumerate(lines) if len(line) > LARGE}
    return _page(lines, names, large, separators)


def page_of_utf_8(body: bytes) -> Page | None:
    """Cut a body that begins with MSH, decoding its parts; None when a line continues another.

    A document in base64 is decoded alone, once, and copied never again: beside it, one character outside Latin-1 would
    double the size of a whole text.

    Raises:
        Hl7Error: its delimiters are unusable.
        UnicodeDecodeError: it is not in UTF-8.
    """
    flat = body.replace(b"\n", b"\r")
    (start, end), *others = runs(flat, b"\r", 0, len(flat))
    lines = list(filter(None, flat[start:end].decode().split("\r")))
    separators = _separators(lines[0])
    field = separators.field
    large: dict[int, list[str]] = {}
    for start, end in others:
        if lines[-1][3:4] != field:
            return None
        if end - start > LARGE:
            large[len(lines)] = fields = _decoded_fields(flat, field, start, end)
            lines.append(fields[0] + field)
        else:
            lines += filter(None, flat[start:end].decode().split("\r"))
    names = _names(lines, field)
    return None if names is None else _page(lines, names, large, separators)


def _page(lines: list[str], names: list[str], large: dict[int, list[str]], separators: Separators) -> Page:
    page: list[Line] = [*lines]
    for place, fields in large.items():
        page[place] = fields
    page[0] = fields_of(lines[0], separators.field)
    return Page(separators, names, page)


def _decoded_fields(raw: bytes, field: str, start: int, end: int) -> list[str]:
    fields: list[str] = []
    view = memoryview(raw)
    for first, last in runs(raw, field.encode(), start, end):
        text = str(view[first:last], "utf-8")
        fields += [text] if last - first > LARGE else text.split(field)
    return fields


def _separators(text: str) -> Separators:
    return DEFAULT if text.startswith(_USUAL) else declared(_BREAK.split(text[:_DELIMITERS], maxsplit=1)[0])


def _names(lines: list[str], field: str) -> list[str] | None:
    """Return the names of the segments, None when a line does not begin as one does."""
    names = [line[:3] for line in lines]
    if {line[3:4] for line in lines} == {field} and "".join(names).isalnum():
        return names
    return None


def _joined(text: str, field: str) -> list[str]:
    """Put continuation lines back on their segment, with the break before them; empty lines do not count."""
    pieces = _BREAK.split(text)
    starts = [
        place
        for place in range(0, len(pieces), 2)
        if (pieces[place][3:4] == field and pieces[place][:3].isalnum()) or _is_bare_name(pieces[place])
    ]
    ends = [*starts[1:], len(pieces) + 1]
    segments = [pieces[start : end - 1] for start, end in zip(starts, ends, strict=True)]
    return ["".join(_without_empty_lines(segment) if "" in segment else segment) for segment in segments]


def _is_bare_name(line: str) -> bool:
    return len(line) == 3 and line.isascii() and line.isalnum() and line.isupper()


def _without_empty_lines(pieces: list[str]) -> list[str]:
    kept = pieces[:1]
    for line_break, line in zip(pieces[1::2], pieces[2::2], strict=True):
        if line:
            kept += [line_break, line]
    return kept
