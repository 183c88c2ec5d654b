"""A phonetic key for French names: two names that a clerk could hear as the same have the same key.

Rules of our own, in the line of the French Soundex and Phonex: silent letters fall, letters of one sound become one
sign, nasal vowels are kept apart from plain ones, then double signs are one. Signs that are not letters: `1` for an/en,
`2` for in/un, `3` for on, `4` for oi, `5` for ch, `6` for ou.
"""

import re
from functools import lru_cache
from typing import Final

_BEFORE_CONSONANT: Final = r"(?=[^AEIOUYNMH]|$)"
# In order: each rule sees what the former ones left. `7` is a hard g, `8` a final closed e, until the end.
_RULES: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"(?<=N)C(?=OIS)", "S"),  # FRANÇOIS whose cedilla is lost
        (r"PH", "F"),
        (r"CHR|KHR", "KR"),
        (r"KH", "K"),
        (r"SCH|TCH|TSH|CZ|SH|CH", "5"),
        (r"DJ|DG(?=[EI])", "J"),
        (r"GH", "7"),
        (r"H", ""),
        (r"Y", "I"),
        (r"W", "V"),
        (r"BV", "V"),
        (r"CQ|QU|Q|CK", "K"),
        (r"SC(?=[EI])", "S"),
        (r"C(?=[EI])", "S"),
        (r"C", "K"),
        (r"GN", "N"),
        (r"GU(?=[EI])", "7"),
        (r"GE(?=[AOU])", "J"),
        (r"G(?=[EI])", "J"),
        (r"G", "7"),
        (r"(?<=[AEIOU])S(?=[AEIOU])", "Z"),
        (r"Z", "S"),
        (r"X", "S"),
        (r"(?<=AU)L(?=[TD]S?$)|(?<=OU)L(?=T$)", ""),
        (rf"(?:AI|EI|I|U)(?:N|M(?=[PB])){_BEFORE_CONSONANT}", "2"),
        (rf"(?:A|E)(?:N|M(?=[PB])){_BEFORE_CONSONANT}", "1"),
        (rf"O(?:N|M(?=[PB])){_BEFORE_CONSONANT}", "3"),
        (r"(?<=..)(?:ERS?|ES|ETS?)$", "8"),
        (r"(?<=..)[STX]+$", ""),
        (r"(?<=.[RUO123])[DP]S?$", ""),
        (r"(?<=..)E$", ""),
        (r"OEU|EU", "E"),
        (r"EAU|AU", "O"),
        (r"OU", "6"),
        (r"OI", "4"),
        (r"AI|EI|OE|AE", "E"),
        (r"8", "E"),
        (r"7", "G"),
        (r"(.)\1+", r"\1"),
    )
)
_DOUBLE: Final = re.compile(r"(.)\1+")
_SKELETON: Final = str.maketrans({"1": "N", "2": "N", "3": "N", "5": "S", "J": "S"})
_LONGEST_SKELETON: Final = 6


@lru_cache(maxsize=131_072)
def sound(word: str) -> str:
    """Return the phonetic key of a name in plain capitals; "" for a name without letters."""
    key = "".join(char for char in word if "A" <= char <= "Z")
    key = _DOUBLE.sub(r"\1", key)
    for pattern, sign in _RULES:
        key = pattern.sub(sign, key)
    return key or word[:1]


@lru_cache(maxsize=131_072)
def skeleton(word: str) -> str:
    """Return a coarser key to look candidates up by: the consonants heard, and whether a vowel comes first.

    At most 6 signs. Names of one `sound` have one skeleton, and so have most names that differ by a vowel or a nasal.
    """
    heard = sound(word)
    if not heard:
        return ""
    first = "A" if heard[0] in "AEIOU12346" else ""
    rest = "".join(sign for sign in heard if sign not in "AEIOU46")
    return (first + _DOUBLE.sub(r"\1", rest.translate(_SKELETON)))[:_LONGEST_SKELETON] or first
