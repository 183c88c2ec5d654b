"""Which destinations want what."""

from collections.abc import Iterable
from fnmatch import fnmatchcase


def wants(patterns: Iterable[str], code: str, trigger: str) -> bool:
    """Tell whether a message is one of those a destination asks for: "ADT^A40", "ADT^*", "*"."""
    name = f"{code}^{trigger}"
    return any(pattern == "*" or fnmatchcase(name, pattern) for pattern in patterns)
