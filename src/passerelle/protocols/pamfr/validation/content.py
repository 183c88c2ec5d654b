"""Whether the fields of a segment are those of the profile: usage, number, type, length, closed tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from passerelle.protocols.hl7v2 import Segment
from passerelle.protocols.pamfr.profile import loading
from passerelle.protocols.pamfr.profile.loading import Composite, FieldSpec
from passerelle.protocols.pamfr.validation.findings import Finding, Severity

_NULL = '""'
_DATE = r"\d{4}(?:(?:0\d|1[0-2])(?:[0-2]\d|3[01])?)?"
_TIME = r"(?:[01]\d|2[0-3])(?:[0-5]\d(?:[0-5]\d(?:\.\d{1,4})?)?)?"
_PATTERNS: dict[str, Callable[[str], object]] = {
    "DTM": re.compile(rf"{_DATE}|\d{{8}}{_TIME}(?:[+-]\d{{4}})?", re.ASCII).fullmatch,
    "DT": re.compile(_DATE, re.ASCII).fullmatch,
    "NM": re.compile(r"[+-]?\d+(?:\.\d*)?", re.ASCII).fullmatch,
    "SI": re.compile(r"\d{1,4}", re.ASCII).fullmatch,
}
_SPOKEN = {"DTM": "une date et heure", "DT": "une date", "NM": "un nombre", "SI": "un rang"}
_CODED = frozenset({"CE", "CWE", "CNE"})
#: Not looked into: any type, or a whole document.
_ANY = frozenset({"varies", "ED"})


class _Fault(NamedTuple):
    component: int
    rule: str
    text: str
    severity: Severity = "error"


def check_segment(segment: Segment, rank: int) -> Iterator[Finding]:
    """Yield what the fields of a segment have against the profile; nothing for a segment it does not constrain."""
    composite = loading.segments().get(segment.name)
    if composite is None:
        return
    name, fields = segment.name, segment.fields
    first = 3 if name == "MSH" else 1
    count = len(fields)
    for number in composite.required:
        if number >= first and (number >= count or not fields[number]):
            yield Finding(f"{name}^{rank}^{number}", name, number, 0, "FLD-1", "le champ est requis et il est vide")
    for number in range(first, min(count, len(composite.fields) + 1)):
        if fields[number]:
            yield from _field(segment, rank, composite.fields[number - 1])


def _field(segment: Segment, rank: int, spec: FieldSpec) -> Iterator[Finding]:
    name, number, text = segment.name, spec.number, segment.fields[spec.number]
    where = f"{name}^{rank}^{number}"
    if spec.usage == "X":
        yield Finding(where, name, number, 0, "FLD-2", "le champ n’est pas utilisé en France")
        return
    if spec.type in _ANY:
        return
    repetition = segment.separators.repetition
    parts = text.split(repetition) if repetition in text else [text]
    if len(parts) > spec.most:
        yield Finding(where, name, number, 0, "FLD-3", f"le champ vient {len(parts)} fois, au plus {spec.most}")
    separators = segment.separators.component + segment.separators.subcomponent + segment.separators.escape
    for place, part in enumerate(parts, start=1):
        for fault in _faults(spec, part, separators):
            there = f"{where}^{place}" + (f"^{fault.component}" if fault.component else "")
            yield Finding(there, name, number, fault.component, fault.rule, fault.text, fault.severity)


@lru_cache(maxsize=8192)
def _faults(spec: FieldSpec, text: str, separators: str) -> tuple[_Fault, ...]:
    """Return what one repetition has against its type; remembered, for codes and authorities come again and again."""
    if text in {"", _NULL}:
        return ()
    composite = loading.types().get(spec.type)
    if composite is None:
        # Of a type that is not described, or of a primitive one, only the first component is looked at.
        value = text.partition(separators[0])[0] if spec.type not in _TEXTS else text
        return tuple(_primitive(spec, value, 0, separators))
    found = list(_components(composite, text.split(separators[0]), separators))
    if spec.table and spec.type in _CODED:
        found += _coded(spec.table, text.partition(separators[0])[0], 1)
    return tuple(found)


_TEXTS = frozenset({"ST", "TX", "FT"})


def _components(composite: Composite, parts: list[str], separators: str) -> Iterator[_Fault]:
    if all(not part or part == _NULL for part in parts) or parts[0] == _NULL:
        return
    for number in composite.required:
        if number > len(parts) or not parts[number - 1]:
            yield _Fault(number, "CMP-1", f"la composante {number} est requise et elle est vide")
    for spec, part in zip(composite.fields, parts, strict=False):
        if not part or part == _NULL:
            continue
        if spec.usage == "X":
            yield _Fault(spec.number, "CMP-2", f"la composante {spec.number} n’est pas utilisée en France")
            continue
        inner = loading.types().get(spec.type)
        if inner is None:
            yield from _primitive(spec, part, spec.number, separators)
        else:
            yield from _subcomponents(inner, part.split(separators[1]), spec.number, separators)


def _subcomponents(composite: Composite, parts: list[str], component: int, separators: str) -> Iterator[_Fault]:
    for number in composite.required:
        if (number > len(parts) or not parts[number - 1]) and not _is_known_by_number(parts):
            yield _Fault(component, "CMP-1", f"la sous-composante {number} est requise et elle est vide")
    for spec, part in zip(composite.fields, parts, strict=False):
        if part and part != _NULL and spec.type not in loading.types():
            yield from _primitive(spec, part, component, separators)


def _is_known_by_number(parts: list[str]) -> bool:
    """Tell an authority given by its universal number and the kind of it, without a name, which HL7 allows."""
    return len(parts) > 2 and bool(parts[1] and parts[2])


def _primitive(spec: FieldSpec, value: str, component: int, separators: str) -> Iterator[_Fault]:
    if len(value) > spec.length and spec.type not in _DESCRIBED and separators[2] not in value:
        yield _Fault(component, "FLD-4", f"la valeur fait {len(value)} caractères, au plus {spec.length}")
        return
    matches = _PATTERNS.get(spec.type)
    if matches is not None and not matches(value):
        yield _Fault(component, "FLD-5", f"la valeur n’est pas {_SPOKEN[spec.type]}")
    if spec.table:
        yield from _coded(spec.table, value, component)


#: Composite types that are not described component by component: their length is that of the whole.
_DESCRIBED = frozenset({"TQ", "ERL", "ELD", "EIP", "PPN", "DLN", "AUI", "CQ"})


def _coded(table: str, code: str, component: int) -> Iterator[_Fault]:
    codes = loading.tables()[table]
    if code in codes.kept or not code:
        return
    if code in codes.tolerated:
        yield _Fault(component, "FLD-7", f"le code {code} n’est pas retenu en France (table {table})", "warning")
    else:
        severity: Severity = "warning" if codes.is_open else "error"
        yield _Fault(component, "FLD-6", f"le code {code[:20]} n’est pas de la table {table}", severity)
