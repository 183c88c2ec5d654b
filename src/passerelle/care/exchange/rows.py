"""Rows as PostgreSQL's binary COPY wants them: nothing to parse, nothing to bind, one statement for as many as wait.

Source: PostgreSQL documentation, COPY, « Binary Format ».
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from struct import Struct
from typing import Any, Final
from uuid import UUID

Encode = Callable[[Any], bytes]
_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(2000, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
_TEXT_OID, _VARCHAR_OID, _INT8_OID = 25, 1043, 20
_int2, _int4, _int8, _float8 = Struct("!h").pack, Struct("!i").pack, Struct("!q").pack, Struct("!d").pack
_array, _empty_array = Struct("!iiIii").pack, Struct("!iiI").pack
_NULL = _int4(-1)


class Table:
    """A table and the columns that we write in it, each with its type as PostgreSQL names it (`varchar(20)` too)."""

    def __init__(self, name: str, columns: Mapping[str, str]) -> None:
        self.name = name
        self._names = ", ".join(columns)
        self._encoders = tuple(_encoder(type_) for type_ in columns.values())
        self._types = tuple(columns.values())
        self._count = len(columns)

    @cached_property
    def insert_new(self) -> str:
        """Return the statement that inserts one row unless it is there already."""
        places = ", ".join(["%s"] * self._count)
        return f"INSERT INTO {self.name} ({self._names}) VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608 - our names

    @cached_property
    def insert_missing(self) -> str:
        """Return the statement that inserts rows given as one array for each column, those already there left out."""
        arrays = ", ".join(f"%s::{type_}[]" for type_ in self._types)
        return f"INSERT INTO {self.name} ({self._names}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"  # noqa: S608 - our names

    @cached_property
    def copy(self) -> str:
        """Return the statement that takes `content`."""
        return f"COPY {self.name} ({self._names}) FROM STDIN (FORMAT BINARY)"

    def content(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Return the whole content of a COPY. JSON is given as text."""
        begin, encoders = _int2(self._count), self._encoders
        parts = [_HEADER]
        for row in rows:
            parts.append(begin)
            for encode, value in zip(encoders, row, strict=True):
                if value is None:
                    parts.append(_NULL)
                else:
                    encoded = encode(value)
                    parts += (_int4(len(encoded)), encoded)
        parts.append(_TRAILER)
        return b"".join(parts)


def _uuid(value: UUID) -> bytes:
    return value.bytes


def _moment(at: datetime) -> bytes:
    return _int8((at - _EPOCH) // _MICROSECOND)


def _day(on: date) -> bytes:
    return _int4(on.toordinal() - _FIRST_DAY)


def _boolean(value: bool) -> bytes:  # noqa: FBT001 - an encoder takes one value
    return b"\x01" if value else b"\x00"


def _jsonb(text: str) -> bytes:
    return b"\x01" + text.encode()


def _texts(oid: int) -> Encode:
    none = _empty_array(0, 0, oid)

    def encode(texts: Sequence[str]) -> bytes:
        if not texts:
            return none
        parts = [_array(1, 0, oid, len(texts), 1)]
        for text in texts:
            encoded = text.encode()
            parts += (_int4(len(encoded)), encoded)
        return b"".join(parts)

    return encode


def _longs(numbers: Sequence[int]) -> bytes:
    if not numbers:
        return _empty_array(0, 0, _INT8_OID)
    return _array(1, 0, _INT8_OID, len(numbers), 1) + Struct("!" + "iq" * len(numbers)).pack(
        *(part for number in numbers for part in (8, number))
    )


_ENCODERS: Final[Mapping[str, Encode]] = {
    "uuid": _uuid,
    "text": str.encode,
    "varchar": str.encode,
    "bytea": bytes,
    "boolean": _boolean,
    "smallint": _int2,
    "integer": _int4,
    "bigint": _int8,
    "double precision": _float8,
    "date": _day,
    "timestamp with time zone": _moment,
    "jsonb": _jsonb,
    "text[]": _texts(_TEXT_OID),
    "varchar[]": _texts(_VARCHAR_OID),
    "bigint[]": _longs,
}


def _encoder(type_: str) -> Encode:
    name, _, rest = type_.partition("(")
    return _ENCODERS[name + rest.partition(")")[2]]
