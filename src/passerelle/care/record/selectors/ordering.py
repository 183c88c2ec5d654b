"""The order of a search, and the place of a page in it: keyset cursors, which survive what is written between pages."""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.conf import settings

from passerelle.care.record.rules.parameters import Reads, Searched, sorts_of
from passerelle.care.record.selectors.sql import Clause, SearchError, joined

_SEAL_BYTES: Final = 9
_MOST_KEYS: Final = 4


@dataclass(frozen=True, slots=True)
class Key:
    """A sort key: its expression on the alias `r`, its type, whether it goes down, and may be null (the least)."""

    sql: str
    type: str
    goes_down: bool
    is_nullable: bool

    @property
    def order(self) -> str:
        """Return the key as ORDER BY wants it."""
        if not self.is_nullable:
            return f"{self.sql} DESC" if self.goes_down else self.sql
        return f"{self.sql} DESC NULLS LAST" if self.goes_down else f"{self.sql} NULLS FIRST"


_NEWEST: Final = ("-_lastUpdated",)


def keys_of(type_: str, sort: str | None) -> tuple[Key, ...]:
    """Return the keys of `_sort`, and the id last: no two rows are at one place. Newest write first by default.

    Raises:
        SearchError: this type is not sorted on that.
    """
    told = [one for one in (sort or "").split(",") if one] or list(_NEWEST)
    if len(told) > _MOST_KEYS:
        raise SearchError(parameter="_sort", why=f"{_MOST_KEYS} clés au plus")
    keys = [_key(type_, one) for one in told]
    if keys[-1].sql != "r.id":
        keys.append(Key("r.id", "uuid", keys[-1].goes_down, is_nullable=False))
    return tuple(keys)


def _key(type_: str, told: str) -> Key:
    name = told.removeprefix("-")
    searched = sorts_of(type_).get(name)
    if searched is None:
        possible = ", ".join(sorts_of(type_))
        raise SearchError(parameter="_sort", why=f"tri non pris en charge : {name[:40]} ; possible : {possible}")
    sql, type_of_key = _expression(name, searched)
    return Key(sql, type_of_key, told.startswith("-"), is_nullable=searched.column not in {"id", "last_updated"})


def _expression(name: str, searched: Searched) -> tuple[str, str]:
    column = f"r.{searched.column}"
    if searched.reads in _FIRST:
        return f"{column}[1]", "text"
    if searched.reads in _IN_EXTRAS:
        path, type_ = _IN_EXTRAS[searched.reads]
        return f"(r.extras #>> '{{{name},{path}}}')::{type_}", type_
    return column, _TYPES[searched.reads]


_FIRST: Final = frozenset({Reads.TOKENS, Reads.IDENTIFIERS})
_IN_EXTRAS: Final = {Reads.MOMENTS: ("0,0", "bigint"), Reads.AMOUNTS: ("0,0", "float8"), Reads.STRINGS: ("0", "text")}
_TYPES: Final = {
    Reads.ID: "uuid",
    Reads.UPDATED: "timestamptz",
    Reads.DATES: "timestamptz",
    Reads.DAY: "date",
    Reads.TOKEN: "text",
    Reads.CODE: "text",
    Reads.NAMES: "text",
    Reads.SUBJECT: "uuid",
    Reads.ENCOUNTER: "uuid",
    Reads.NUMBER: "float8",
}


def after(keys: Sequence[Key], place: Sequence[str | None]) -> Clause:
    """Return the condition that a row comes after a place."""
    if _is_one_way(keys):
        mark = "<" if keys[0].goes_down else ">"
        columns, values = ", ".join(key.sql for key in keys), ", ".join(f"%s::{key.type}" for key in keys)
        return Clause(f"({columns}) {mark} ({values})", tuple(place))
    ways = []
    for rank, key in enumerate(keys):
        beyond = _beyond(key, place[rank])
        if beyond is not None:
            same = [_same(known, value) for known, value in zip(keys[:rank], place, strict=False)]
            ways.append(joined("AND", [*same, beyond]))
    return joined("OR", ways)


def _is_one_way(keys: Sequence[Key]) -> bool:
    return not any(key.is_nullable for key in keys) and len({key.goes_down for key in keys}) == 1


def _same(key: Key, value: str | None) -> Clause:
    return Clause(f"{key.sql} IS NULL") if value is None else Clause(f"{key.sql} = %s::{key.type}", (value,))


def _beyond(key: Key, value: str | None) -> Clause | None:
    if key.goes_down:
        if value is None:
            return None
        below = f"{key.sql} < %s::{key.type}"
        return Clause(f"({below} OR {key.sql} IS NULL)" if key.is_nullable else below, (value,))
    return Clause(f"{key.sql} IS NOT NULL") if value is None else Clause(f"{key.sql} > %s::{key.type}", (value,))


def _seal(content: bytes, about: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), about.encode() + b"\0" + content, "sha256")[:_SEAL_BYTES]


def cursor_of(place: Sequence[Any], about: str) -> str:
    """Return a place as an opaque, sealed text; `about` is the type and the order it is a place in."""
    content = orjson.dumps(list(place))
    return base64.urlsafe_b64encode(_seal(content, about) + content).decode().rstrip("=")


def place_of(cursor: str, about: str) -> list[Any]:
    """Return the place that a cursor tells.

    Raises:
        SearchError: we did not make it, or it is of another search.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
    except ValueError:
        raw = b""
    seal, content = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(content, about)):
        raise SearchError(parameter="_cursor", why="repère de page illisible")
    return list(orjson.loads(content))
