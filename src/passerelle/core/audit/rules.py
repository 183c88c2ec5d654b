"""How an event becomes 32 bytes, and how links follow each other."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

SHARDS = 16


def shard_of(key: str) -> int:
    """Return the chain of a key (the person, else the account, else the target): 0 to 15, evenly spread."""
    return hashlib.sha256(key.encode()).digest()[0] % SHARDS


def canonical(event: Mapping[str, Any]) -> bytes:
    """Return the one serialisation of an event: JSON, sorted keys, no space, moments in UTC to the microsecond."""
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


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)
