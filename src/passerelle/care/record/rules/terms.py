"""Terms of the index: what may be looked up exactly, hashed to 64 bits.

`record_term` in the database (migration 0005) is the same function: a search can hash the id of a row it joins.
"""

from functools import lru_cache
from hashlib import md5

#: How many first letters of a text are looked up exactly, before it is compared whole.
SHORT, LONG = 3, 6


@lru_cache(maxsize=1 << 16)
def term(text: str) -> int:
    """Return the hash of `Type.parameter=value` (an index key, no seal: two texts may share one)."""
    return int.from_bytes(md5(text.encode("utf-8", "replace"), usedforsecurity=False).digest()[:8], "big", signed=True)


def token_texts(prefix: str, system: str | None, code: str | None) -> list[str]:
    """Return what a token may be looked up by: `system|code`, `|code` without system, `code`, `system|`."""
    if system is None:
        return [f"{prefix}={code}", f"{prefix}=|{code}"]
    return [f"{prefix}={system}|{code}", f"{prefix}={code}", f"{prefix}={system}|"]


def beginnings(prefix: str, folded: str) -> list[str]:
    """Return the beginnings a folded text is looked up by: its first letters, and more of them when it is longer."""
    found = [f"{prefix}^{folded[:SHORT]}"] if len(folded) >= SHORT else []
    return [*found, f"{prefix}^{folded[:LONG]}"] if len(folded) >= LONG else found


def beginning_for(prefix: str, folded: str) -> str | None:
    """Return the longest beginning that every text starting so has; None when too short to be one."""
    return next(reversed(beginnings(prefix, folded)), None)
