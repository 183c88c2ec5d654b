from __future__ import annotations

import re
from importlib.resources import files

_FILE = "field_names.txt"


def _read(text: str) -> tuple[dict[str, str], dict[tuple[str, int], str]]:
    segments: dict[str, str] = {}
    fields: dict[tuple[str, int], str] = {}
    for line in text.splitlines():
        if heading := re.fullmatch(r"# ([A-Z][A-Z0-9]{2}) (.+)", line):
            name = heading[1]
            segments[name] = heading[2]
            number = 0
        elif line.strip():
            numbered = re.fullmatch(r"(?:(\d+)=)?(.+)", line.strip())
            if numbered is None:
                continue
            number = int(numbered[1]) if numbered[1] else number + 1
            fields[name, number] = numbered[2]
    return segments, fields


SEGMENT_NAMES, FIELD_NAMES = _read(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))


def segment_name(segment: str) -> str | None:
    """Return the French name of a segment; None for one we do not know."""
    return SEGMENT_NAMES.get(segment)


def field_name(segment: str, n: int) -> str | None:
    """Return the French name of a field; None for one we do not know."""
    return FIELD_NAMES.get((segment, n))
