"""The code of an invitation: short enough to be typed, too long to be guessed."""

import secrets
from typing import Final

#: No vowel, so that it spells no word; neither 0 nor 1, which are read as letters.
ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ23456789"
LENGTH: Final = 12
_GROUP: Final = 4


def new_code() -> str:
    """Return a code drawn at random."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown_code(code: str) -> str:
    """Return a code as it is printed: three groups of four."""
    return "-".join(code[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def typed_code(text: str) -> str:
    """Return a code as it was made, from what somebody typed: case, spaces and dashes do not matter."""
    return "".join(character for character in text.upper() if character.isalnum())
