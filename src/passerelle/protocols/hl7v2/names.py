from __future__ import annotations

from importlib.resources import files

_FILE = "field_names.txt"


def _read(text: str) -> tuple[dict[str, str], dict[tuple[str, int], str]]:
    """Read `# PID Title`, then one field a line in order; `7=Label` jumps to a number."""
    segments: dict[str, str] = {}
    fields: dict[tuple[str, int], str] = {}
    for block in text.split("# ")[1:]:
        heading, *lines = block.splitlines()
        name, _, segments[heading[:3]] = heading.partition(" ")
        number = 0
        for line in lines:
            jump, _, label = line.rpartition("=")
            number = int(jump) if jump else number + 1
            fields[name, number] = label
    return segments, fields


SEGMENT_NAMES, FIELD_NAMES = _read(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))


def segment_name(segment: str) -> str | None:
    """Return the French name of a segment; None for one we do not know."""
    return SEGMENT_NAMES.get(segment)


def field_name(segment: str, n: int) -> str | None:
    """Return the French name of a field; None for one we do not know."""
    return FIELD_NAMES.get((segment, n))
