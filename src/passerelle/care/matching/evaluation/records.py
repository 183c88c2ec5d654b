"""The rows of a file under study, in the form that comparing needs, and the levels that two of them reach."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio

from passerelle.care.matching.evaluation.columns import Table
from passerelle.care.matching.rules import normalising as normal
from passerelle.care.matching.rules.comparable import Comparable, comparable
from passerelle.care.matching.rules.comparing import DIFFERENT, EXACT, MISSING, agreement
from passerelle.care.matching.rules.profile import Profile

_NAME_ROLES: Final = ("birth_name", "used_name", "first_given", "given_names")
_NOT_COMPARED: Final = frozenset(
    {"id", "cluster", "establishment", "status", "attributes", "mother", "birth_order", *_NAME_ROLES}
)
_CLOSE: Final = 0.9
_SOME_WORDS: Final = 80
_MOSTLY: Final = 0.7
Levels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A row: its names as the matcher compares them, and its other values, one form each, in the order of `fields`."""

    id: str
    names: Comparable
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A compared column beside the names. Kind: "code" (digits and letters), "date", or "text" (words)."""

    role: str
    kind: str


def fields_of(tables: Sequence[Table]) -> tuple[Field, ...]:
    """Return the columns to compare, those that every file has."""
    shared = set.intersection(*(set(table.mapping.values()) for table in tables)) - _NOT_COMPARED
    ordered = [role for role in dict.fromkeys(tables[0].mapping.values()) if role in shared]
    return tuple(Field(role, _kind(role, tables)) for role in ordered)


def _kind(role: str, tables: Sequence[Table]) -> str:
    if role == "birth_date":
        return "date"
    values = [row[role] for table in tables for row in table.rows[:1_000] if row.get(role)]
    with_digits = sum(any(char.isdigit() for char in value) and len(value.split()) == 1 for value in values)
    return "code" if role in {"phone", "email", "sex"} or with_digits >= _MOSTLY * max(1, len(values)) else "text"


def records_of(table: Table, fields: Sequence[Field]) -> list[Record]:
    """Return the rows of a file as records."""
    return [_record(row, fields) for row in table.rows]


def _record(row: Mapping[str, str], fields: Sequence[Field]) -> Record:
    givens, first = given_names(row)
    names = Profile(
        birth_name=row.get("birth_name", ""), used_name=row.get("used_name", ""), given_names=givens, first_given=first
    )
    return Record(row["id"], comparable(names), tuple(_value(row.get(field.role, ""), field) for field in fields))


def given_names(row: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """Return the given names of a row (a list by commas, semicolons or blanks) and the first of them."""
    told, first = row.get("given_names", ""), row.get("first_given", "")
    parts = re.split(r"[,;|]\s*" if re.search(r"[,;|]", told) else r"\s+", told)
    givens = tuple(part for part in parts if part)
    return givens, first or (givens[0] if givens else "")


def _value(told: str, field: Field) -> str:
    if field.role == "phone":
        return normal.phone(told)
    if field.role == "email":
        return normal.email(told)
    if field.kind == "date":
        return date_digits(told)
    return normal.code(told) if field.kind == "code" else normal.street(told)


def date_digits(told: str) -> str:
    """Return a date as year, month, day in digits, even when no calendar has it."""
    parts = re.findall(r"\d+", told)
    if len(parts) == 3 and len(parts[2]) == 4:
        parts.reverse()
    return "".join(part.zfill(2) for part in parts)


def levels_of(one: Record, other: Record, fields: Sequence[Field]) -> Levels:
    """Return how two rows agree: on the family name, on the given name, then on each field."""
    names = agreement(one.names, other.names)
    rest = (
        _level(first, second, field.kind) for first, second, field in zip(one.values, other.values, fields, strict=True)
    )
    return (names.name, names.given, *rest)


def _level(one: str, other: str, kind: str) -> str:
    if not one or not other:
        return MISSING
    if one == other:
        return EXACT
    if kind == "text":
        return _text_level(one, other)
    if DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1:
        return "one_slip"
    if kind == "date" and sorted(one) == sorted(other):
        return "swapped"
    return DIFFERENT


def _text_level(one: str, other: str) -> str:
    if JaroWinkler.similarity(one, other) >= _CLOSE or DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1:
        return "close"
    return "some_words" if token_sort_ratio(one, other, score_cutoff=_SOME_WORDS) else DIFFERENT


def exact_values(one: Record, levels: Levels) -> tuple[str, ...]:
    """Return, for each level that is exact, the value shared, "" elsewhere."""
    told = (one.names.birth_name, one.names.first, *one.values)
    return tuple(value if level == EXACT else "" for value, level in zip(told, levels, strict=True))
