"""The independent description of IHE PAM France 2.11.2 (third-party JSON), made to speak: a validator of its own."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path

from passerelle.protocols import hl7v2

_PROJECT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PASSERELLE_SHARED") or _PROJECT.parent / "shared") / "data" / "pam-fr-schema"
UNBOUNDED = 1_000_000


@cache
def read(name):
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def events():
    return {
        f"{code}^{trigger}": key for code, found in read("messageType.json").items() for trigger, key in found.items()
    }


def bounds(element):
    most = element["maxOccurs"]
    return int(element["minOccurs"]), UNBOUNDED if most == "unbounded" else int(most)


def structure(event):
    """Return the structure as a flat list: (segment, least, most), and brackets around groups."""
    key = events()[event]
    groups = read(f"structures/{key}.json")

    def walk(name):
        for element in groups[name]["elements"]:
            if "group" in element:
                yield ("(", *bounds(element))
                yield from walk(element["group"])
                yield (")",)
            else:
                yield (element["segment"], *bounds(element))

    return list(walk(key.split("-")[-1]))


@cache
def pattern(event):
    """Return the structure as a regular expression over the names of segments."""
    key = events()[event]
    groups = read(f"structures/{key}.json")

    def walk(name):
        written = ""
        for element in groups[name]["elements"]:
            least, most = bounds(element)
            inner = walk(element["group"]) if "group" in element else f"{element['segment']} "
            written += f"(?:{inner}){{{least},{'' if most == UNBOUNDED else most}}}"
        return written

    return re.compile(walk(key.split("-")[-1]))


def field(segment, number):
    """Return how a field is used: type, length, least, most, usage; None beyond the last."""
    told = read("segments/segments.json").get(segment)
    if told is None or number > len(told["fields"]):
        return None
    element = told["fields"][number - 1]
    about = read("fields/fields.json")[element["field"]]
    return about["Type"], int(about["maxLength"] or 0), *bounds(element), element.get("Usage")


def components(kind):
    """Return the components of a type: type, length, least, most, usage; none of a primitive."""
    told = read("dataTypes/dataTypes.json").get(kind, {})
    found = []
    for element in told.get("components", ()):
        about = read("dataTypes/dataTypes.json")[element["dataType"]]
        found.append((about["Type"], int(about["maxLength"] or 0), *bounds(element), element.get("Usage")))
    return found


def validate(raw):
    """Return the places at fault: (segment, field), and ("", 0) when segments are not in their structure."""
    message = hl7v2.parse(raw)
    names = [segment.name for segment in message.segments]
    found = set()
    if not pattern(f"{message.code}^{message.trigger}").fullmatch("".join(f"{name} " for name in names)):
        found.add(("", 0))
    for segment in message.segments:
        if segment.name in read("segments/segments.json"):
            found |= set(_fields(segment))
    return found


def _fields(segment):
    last = len(read("segments/segments.json")[segment.name]["fields"])
    for number in range(3 if segment.name == "MSH" else 1, last + 1):
        kind, length, least, most, _ = field(segment.name, number)
        repetitions = segment.repetitions(number)
        is_wrong = len(repetitions) < least or len(repetitions) > most
        if is_wrong or any(not _is_valid(kind, length, one.text) for one in repetitions):
            yield segment.name, number


def _is_valid(kind, length, text):
    parts = components(kind)
    if kind == "varies":
        return True
    if not parts:
        return len(text) <= length
    values = text.split("^")
    for place, (inner, longest, least, most, _) in enumerate(parts):
        value = values[place] if place < len(values) else ""
        if (not value and least) or (value and not most):
            return False
        if value and not components(inner) and len(value) > longest:
            return False
    return True
