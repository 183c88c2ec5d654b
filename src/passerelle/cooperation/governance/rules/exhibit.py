"""The papers of a decision, kept as the exact characters that were shown.

An exhibit is a plain document (title, facts, tables, charts, sentences) that any package may hand over. It is written
once, in a canonical form, so that its digest can be computed again years later from the stored text alone.
"""

import hashlib
import json
from collections.abc import Mapping


def write_exhibit(exhibit: Mapping[str, object]) -> str:
    """Return the canonical text of an exhibit: keys sorted, no spare space, accents kept, no NaN.

    Raises:
        ValueError: a number is not finite.
        TypeError: a value is not of JSON.
    """
    return json.dumps(exhibit, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(text: str) -> str:
    """Return the SHA-256 of the text in UTF-8, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(text: str, expected_sha256: str) -> bool:
    """Tell whether a stored exhibit is still the one that was frozen."""
    return digest(text) == expected_sha256
