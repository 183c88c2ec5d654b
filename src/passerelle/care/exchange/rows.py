"""Rows as PostgreSQL's binary COPY wants them: nothing to parse, nothing to bind, one statement for as many as wait.

Source: PostgreSQL documentation, COPY, « Binary Format ».
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property, partial
from itertools import chain, repeat
from struct import Struct
from typing import Any, Final
from uuid import UUID

import orjson

#: A value with its length before it, as a field of the binary format.
Encode = Callable[[Any], bytes]
#: All the values of a column, in their order.
EncodeColumn = Callable[[Sequence[Any]], list[bytes]]
#: What is before the rows of a COPY, and after.
HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER: Final = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(2000, 1, 1).toordinal()
_DAY_US, _SECOND_US = 86_400_000_000, 1_000_000
_TEXT_OID, _VARCHAR_OID, _INT8_OID = 25, 1043, 20
_length, _count = Struct("!i").pack, Struct("!h").pack
_array, _empty_array = Struct("!iiIii").pack, Struct("!iiI").pack
_four, _eight = Struct("!ii").pack, Struct("!iq").pack
_NULL, _SIXTEEN, _TRUE, _FALSE = _length(-1), _length(16), _length(1) + b"\x01", _length(1) + b"\x00"
_LENGTHS = [_length(size) for size in range(1024)]


class Table:
    """A table and the columns that we write in it, each with its type as PostgreSQL names it (`varchar(20)` too)."""

    def __init__(self, name: str, columns: Mapping[str, str]) -> None:
        self.name = name
        self._columns = tuple(columns)
        self._names = ", ".join(columns)
        self._is_json = tuple(type_ == "jsonb" for type_ in columns.values())
        #: Whether a JSON text can tell its rows: bytes it cannot.
        self.may_be_told = "bytea" not in columns.values()
        self._encoders = tuple(_column_encoder(type_) for type_ in columns.values())
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
    def insert_told(self) -> str:
        """Return the statement that inserts rows given by `told`, those already there left out."""
        typed = ", ".join(f"{name} {type_}" for name, type_ in zip(self._columns, self._types, strict=True))
        return (
            f"INSERT INTO {self.name} ({self._names}) SELECT {self._names}"  # noqa: S608 - our names
            f" FROM json_to_recordset(%s::json) AS told ({typed}) ON CONFLICT DO NOTHING"
        )

    def told(self, rows: Iterable[Sequence[Any]]) -> str:
        """Return rows as one JSON text: where a COPY is not allowed, one parameter instead of those of each row."""
        return orjson.dumps(
            [dict(zip(self._columns, map(_json, self._is_json, row), strict=True)) for row in rows]
        ).decode()

    @cached_property
    def copy(self) -> str:
        """Return the statement that takes `content`."""
        return f"COPY {self.name} ({self._names}) FROM STDIN (FORMAT BINARY)"

    def content(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Return the whole content of a COPY. JSON is given as text."""
        return b"".join((HEADER, self.rows(rows), TRAILER))

    def rows(self, rows: Iterable[Sequence[Any]]) -> bytes:
        """Return rows of a COPY, to stand between its header and its trailer."""
        columns = list(zip(*rows, strict=True)) or [()] * self._count
        # Column by column: the rows of a group say the same thing many times, and no value costs a call of its own.
        encoded = [encode(column) for encode, column in zip(self._encoders, columns, strict=True)]
        return b"".join(chain.from_iterable(zip(repeat(_count(self._count)), *encoded, strict=False)))


def _json(is_json: bool, value: Any) -> Any:  # noqa: FBT001 - mapped over the columns
    return orjson.Fragment(value) if is_json and value is not None else value


def _measured(content: bytes) -> bytes:
    size = len(content)
    return (_LENGTHS[size] if size < 1024 else _length(size)) + content


def _text(text: str) -> bytes:
    return _measured(text.encode())


def _uuid(value: UUID) -> bytes:
    return _SIXTEEN + value.bytes


def _moment(at: datetime) -> bytes:
    since = at - _EPOCH
    return _eight(8, since.days * _DAY_US + since.seconds * _SECOND_US + since.microseconds)


def _day(on: date) -> bytes:
    return _four(4, on.toordinal() - _FIRST_DAY)


def _boolean(value: bool) -> bytes:  # noqa: FBT001 - an encoder takes one value
    return _TRUE if value else _FALSE


def _jsonb(text: str) -> bytes:
    return _measured(b"\x01" + text.encode())


def _fixed(packed: Struct) -> Encode:
    """Return the encoder of a number of a fixed size."""
    pack, size = packed.pack, packed.size - 4

    def encode(value: float) -> bytes:
        return pack(size, value)

    return encode


def _texts(oid: int) -> Encode:
    none = _measured(_empty_array(0, 0, oid))

    def encode(texts: Sequence[str]) -> bytes:
        if not texts:
            return none
        return _measured(b"".join([_array(1, 0, oid, len(texts), 1), *map(_text, texts)]))

    return encode


_NO_LONGS = _measured(_empty_array(0, 0, _INT8_OID))


def _longs(numbers: Sequence[int]) -> bytes:
    if not numbers:
        return _NO_LONGS
    return _measured(b"".join([_array(1, 0, _INT8_OID, len(numbers), 1), *[_eight(8, number) for number in numbers]]))


#: Types whose values come again from row to row, and that are written the same when they are equal.
_REPEATED: Final = frozenset(
    {"text", "varchar", "boolean", "smallint", "integer", "bigint", "date", "timestamp with time zone"}
)
_ENCODERS: Final[Mapping[str, Encode]] = {
    "uuid": _uuid,
    "text": _text,
    "varchar": _text,
    "bytea": _measured,
    "boolean": _boolean,
    "smallint": _fixed(Struct("!ih")),
    "integer": _fixed(Struct("!ii")),
    "bigint": _fixed(Struct("!iq")),
    "double precision": _fixed(Struct("!id")),
    "date": _day,
    "timestamp with time zone": _moment,
    "jsonb": _jsonb,
    "text[]": _texts(_TEXT_OID),
    "varchar[]": _texts(_VARCHAR_OID),
    "bigint[]": _longs,
}


def encoder(type_: str) -> Encode:
    """Return what makes a field of a value of a type, as PostgreSQL names it; the value is not null."""
    return _ENCODERS[_bare(type_)]


def _bare(type_: str) -> str:
    name, _, rest = type_.partition("(")
    return name + rest.partition(")")[2]


def _column_encoder(type_: str) -> EncodeColumn:
    bare = _bare(type_)
    if bare == "uuid":
        return _uuids
    return partial(_each_once if bare in _REPEATED else _one_by_one, _ENCODERS[bare])


def _each_once(encode: Encode, values: Sequence[Any]) -> list[bytes]:
    known = {value: _NULL if value is None else encode(value) for value in set(values)}
    return [known[value] for value in values]


def _one_by_one(encode: Encode, values: Sequence[Any]) -> list[bytes]:
    return [_NULL if value is None else encode(value) for value in values]


def _uuids(values: Sequence[UUID | None]) -> list[bytes]:
    return [_NULL if value is None else _SIXTEEN + value.int.to_bytes(16, "big") for value in values]
