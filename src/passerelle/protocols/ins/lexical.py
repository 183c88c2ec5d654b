"""How the national bases write names: capitals A to Z, space, apostrophe, hyphen. Nothing else."""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = str.maketrans({"Œ": "OE", "œ": "oe", "Æ": "AE", "æ": "ae", "ß": "ss", "’": "'", "‘": "'", "`": "'"})
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_FORBIDDEN = re.compile(r"[^A-Z '\-]")
_NAME = re.compile(r"[A-Z'](?:[A-Z]|(?<! )(?<!') |(?<! )(?<!')'|--?(?!-))*")


class UnwritableName(ValueError):
    """A name that the national bases could not hold: it must be corrected, not silently changed."""


def insi_form(text: str) -> str:
    """Return a name as INSi and the datamatrix write it: capitals without accents nor ligatures.

    Source: GIE SESAM-Vitale, guide d'intégration INSi (SEL-MP-043), limits of the teleservice; ANS, format datamatrix
    INS 2.2, section 5. A character without an equivalent is refused, because dropping it would make another name.

    Raises:
        UnwritableName: a digit, another alphabet, a punctuation mark; or nothing is left.
    """
    spaced = " ".join(text.translate(_LIGATURES).translate(_HYPHENS).split())
    plain = "".join(char for char in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(char)).upper()
    if _FORBIDDEN.search(plain):
        raise UnwritableName
    if not _NAME.fullmatch(plain):
        raise UnwritableName
    return plain


def same_name(one: str, other: str) -> bool:
    """Tell whether two spellings are one name for the check of coherence: hyphens and apostrophes count as spaces.

    Source: guide d'implémentation de l'INS, v3.0, EXI ID 10.
    """
    return _letters(one) == _letters(other)


def _letters(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES).translate(_HYPHENS))
    bare = "".join(char for char in plain if not unicodedata.combining(char)).upper()
    return re.findall(r"[A-Z0-9]+", bare)
