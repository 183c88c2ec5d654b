"""Length of an SMS: the default alphabet of GSM, how many parts a text takes, how French is brought into it.

Source: 3GPP TS 23.038, §6.2.1 (default alphabet and its extension table), TS 23.040 §9.2.3.24 (concatenation).
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
_ONE_PART, _EACH_PART = 160, 153
_SPELT: Final = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "œ": "oe",
        "Œ": "OE",
        "\u00a0": " ",
        "\u202f": " ",
        "·": "-",
        "ç": "c",
    }
)


@dataclass(frozen=True, slots=True)
class Length:
    """How long a text is: `septets` of the GSM alphabet, and how many SMS carry it."""

    septets: int
    parts: int


def foreign_characters(text: str) -> list[str]:
    """Return what the alphabet does not have, in the order of the text."""
    return [character for character in text if character not in _BASIC and character not in _EXTENDED]


def fold(text: str) -> str:
    """Bring a French text into the alphabet: é, è, à, ù stay, other accents go, quotes and spaces are made plain."""
    tight = re.sub(r"(?<=«)[ \u00a0\u202f]+|[ \u00a0\u202f]+(?=»)", "", text)
    return "".join(_folded(character) for character in tight.translate(_SPELT))


def length(text: str) -> Length:
    """Return how long a text of the alphabet is.

    Raises:
        ValueError: a character is not in it.
    """
    foreign = foreign_characters(text)
    if foreign:
        raise ValueError(f"hors de l’alphabet GSM\u00a0: {''.join(foreign)}")
    septets = sum(2 if character in _EXTENDED else 1 for character in text)
    return Length(septets, 1 if septets <= _ONE_PART else math.ceil(septets / _EACH_PART))


def _folded(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    bare = "".join(one for one in unicodedata.normalize("NFKD", character) if not unicodedata.combining(one))
    return bare if bare and not foreign_characters(bare) else "?"
