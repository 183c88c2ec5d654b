"""Drafts as rows of a binary COPY: what `storing` inserts, without a statement to bind nor a conflict to look for.

Source: PostgreSQL documentation, COPY, « Binary Format ».
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from struct import Struct
from typing import Any, Final
from uuid import UUID

from passerelle.care.exchange.rules.verdict import Draft

_COLUMNS: Final = tuple(field.name for field in fields(Draft))
COPY: Final = f"COPY exchange_message ({', '.join(_COLUMNS)}, held, attempts) FROM STDIN (FORMAT BINARY)".encode()

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TEXT_OID = 25
_length = Struct("!i").pack
_moment = Struct("!q").pack
_array = Struct("!iiIii").pack
_NO_TEXTS = Struct("!iiI").pack(0, 0, _TEXT_OID)
_NULL = _length(-1)
_BEGIN_ROW = Struct("!h").pack(len(_COLUMNS) + 2)
_END_ROW = _length(1) + b"\x00" + _length(2) + b"\x00\x00"  # not held, never attempted


def rows(drafts: Sequence[Draft]) -> bytes:
    """Return the whole content of a COPY of these messages."""
    return b"".join([_HEADER, *map(_row, drafts), _TRAILER])


def _row(draft: Draft) -> bytes:
    parts = [_BEGIN_ROW]
    for encode, value in zip(_ENCODERS, _values(draft), strict=True):
        if value is None:
            parts.append(_NULL)
        else:
            content = encode(value)
            parts += (_length(len(content)), content)
    parts.append(_END_ROW)
    return b"".join(parts)


def _texts(texts: Sequence[str]) -> bytes:
    if not texts:
        return _NO_TEXTS
    parts = [_array(1, 0, _TEXT_OID, len(texts), 1)]
    for text in texts:
        content = text.encode()
        parts += (_length(len(content)), content)
    return b"".join(parts)


def _uuid(value: UUID) -> bytes:
    return value.bytes


def _timestamp(at: datetime) -> bytes:
    return _moment((at - _EPOCH) // _MICROSECOND)


def _boolean(value: bool) -> bytes:  # noqa: FBT001 - an encoder takes one value
    return b"\x01" if value else b"\x00"


_BY_TYPE: dict[Any, Callable[[Any], bytes]] = {
    UUID: _uuid,
    datetime: _timestamp,
    bytes: bytes,
    bytes | None: bytes,
    str: str.encode,
    bool: _boolean,
    tuple[str, ...]: _texts,
}
_ENCODERS = tuple(_BY_TYPE[field.type] for field in fields(Draft))
_values: Callable[[Draft], tuple[Any, ...]] = attrgetter(*_COLUMNS)
