"""Is a text plain? Counted, not judged: length of sentences, medical words that nothing explains, initials.

Source: ux reference, section 3 (rules of plain French). Passing it is not « FALC »: people must read it for that.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MEAN_WORDS: Final = 15
LONG_WORDS: Final = 20
LONG_SHARE: Final = 0.2
_END: Final = re.compile(r"(?<=[.!?…])\s+|\n+")
_WORD: Final = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿŒœ0-9’'-]*[A-Za-zÀ-ÖØ-öø-ÿŒœ0-9]")
_INITIALS: Final = re.compile(r"\b[A-Z]{3,6}\b")
#: Initials that everybody knows, and names of places that are written so.
KNOWN_INITIALS: Final = frozenset({"SMS", "PDF", "SAMU", "CHU", "AP", "HM", "STOP", "RPPS", "CPS", "IPP", "INS"})


@dataclass(frozen=True, slots=True)
class Plainness:
    """What was counted in a text."""

    sentences: int
    mean_words: float
    long_share: float
    terms: tuple[str, ...]
    initials: tuple[str, ...]

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return what to mend, in French; nothing when the text is plain."""
        found = []
        if self.mean_words > MEAN_WORDS:
            mean = f"{self.mean_words:.0f}"
            found.append(f"Les phrases font {mean} mots en moyenne\u00a0: visez {MEAN_WORDS} au plus.")
        if self.long_share > LONG_SHARE:
            found.append("Trop de phrases dépassent vingt mots\u00a0: coupez-les.")
        found += [f"«\u00a0{term}\u00a0»\u00a0: dites-le autrement, ou expliquez-le." for term in self.terms]
        found += [f"«\u00a0{word}\u00a0»\u00a0: écrivez ces initiales en toutes lettres." for word in self.initials]
        return tuple(found)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, those without a word left out."""
    return [part for part in _END.split(text) if _WORD.search(part)]


def words(sentence: str) -> list[str]:
    return _WORD.findall(sentence)


def plainness(text: str, *, hard: frozenset[str], explained: Mapping[str, str]) -> Plainness:
    """Count what makes a text hard: `hard` are medical words, `explained` those that a glossary explains."""
    counts = [len(words(sentence)) for sentence in sentences(text)]
    told = {word.lower() for word in words(text)}
    unknown = sorted(term for term in hard - explained.keys() if _is_told(term, told, text))
    initials = sorted(set(_INITIALS.findall(text)) - KNOWN_INITIALS)
    total = len(counts) or 1
    return Plainness(
        sentences=len(counts),
        mean_words=sum(counts) / total,
        long_share=sum(count > LONG_WORDS for count in counts) / total,
        terms=tuple(unknown),
        initials=tuple(initials),
    )


def _is_told(term: str, told: set[str], text: str) -> bool:
    return term in text.lower() if " " in term else bool({term, f"{term}s"} & told)


def split_terms(text: str, glossary: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return a text in pieces, each with its explanation or "": the first time a word of the glossary is told."""
    if not glossary:
        return [(text, "")]
    ordered = sorted(glossary, key=lambda term: (-len(term), term))
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, ordered)) + r")s?\b", re.IGNORECASE)
    pieces: list[tuple[str, str]] = []
    seen: set[str] = set()
    start = 0
    for found in pattern.finditer(text):
        term = found[1].lower()
        if term in seen:
            continue
        seen.add(term)
        pieces += [(text[start : found.start()], ""), (found[0], glossary[term])]
        start = found.end()
    return [piece for piece in [*pieces, (text[start:], "")] if piece[0]]
