"""How an event becomes 32 bytes, how links follow each other, and how heads become one root."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

SHARDS = 16
_CANONICAL: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
FIELDS = (
    "shard",
    "at",
    "action",
    "outcome",
    "account_id",
    "actor_name",
    "role",
    "establishment",
    "person_id",
    "target",
    "reason",
    "detail",
)


class Unwritable(TypeError):
    """A value would not come back from the database as it was written."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain; sequence 0 and the genesis hash when the chain is empty."""

    shard: int
    sequence: int
    hash: bytes


def shard_of(key: str) -> int:
    """Return the chain of a key (the person, else the account, else the target): 0 to 15, evenly spread."""
    return hashlib.sha256(key.encode()).digest()[0] % SHARDS


def canonical(event: Mapping[str, Any]) -> bytes:
    """Return the one serialisation of an event: JSON, sorted keys, no space, moments in UTC to the microsecond."""
    try:
        return orjson.dumps(event, _plain, _CANONICAL)
    except orjson.JSONEncodeError:  # a number of more than 64 bits
        return json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain).encode()


def digest(event: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of the canonical event."""
    return hashlib.sha256(canonical(event)).digest()


def genesis(shard: int) -> bytes:
    """Return the hash before the first link of a chain."""
    return hashlib.sha256(f"passerelle audit {shard}".encode()).digest()


def next_hash(previous: bytes, event_digest: bytes) -> bytes:
    """Return `h_n = SHA-256(h_{n-1} ‖ digest of the event)`."""
    return hashlib.sha256(previous + event_digest).digest()


def merkle_root(heads: Iterable[Head]) -> bytes:
    """Return the root of the tree whose leaves are the heads in order of chain; leaves and nodes never collide."""
    level = [
        hashlib.sha256(b"\x00" + head.shard.to_bytes(2, "big") + head.sequence.to_bytes(8, "big") + head.hash).digest()
        for head in sorted(heads, key=lambda head: head.shard)
    ]
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\x01" + b"".join(pair)).digest() for pair in pairs]
    return level[0] if level else hashlib.sha256(b"").digest()


def storable_text(text: str, length: int) -> str:
    """Return what the database can keep of a text: no NUL, no lone surrogate, cut at `length`."""
    if text.isascii() and "\x00" not in text:
        return text[:length]
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")[:length]


def storable_detail(value: Any) -> Any:
    """Return a JSON value that comes back identical from `jsonb`.

    Raises:
        Unwritable: a float (its text changes), or something JSON does not have.
    """
    if isinstance(value, dict):
        return {storable_text(str(key), 100): storable_detail(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable_detail(item) for item in value]
    if isinstance(value, str):
        return storable_text(value, 300)
    if value is None or isinstance(value, bool | int):
        return value
    raise Unwritable(type(value).__name__)


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)
