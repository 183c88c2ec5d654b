"""The words that tell of somebody's health: none may be in a message, whatever brings it there."""

import functools
import re
import unicodedata
from importlib.resources import files
from typing import Final

import yaml

_FILE: Final = "health_words.yaml"


def plain(text: str) -> str:
    """Return a text in lower case, without accents, its words apart by one space."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", " ", bare).strip()


def health_words_in(text: str) -> list[str]:
    """Return the entries of the list that a text has, in the order of the text; a word counts from its first letter."""
    return [found.group(0) for found in _pattern().finditer(plain(text))]


@functools.cache
def health_entries() -> tuple[str, ...]:
    """Return the list: starts of words; one that ends with a dot is a whole word."""
    entries = yaml.safe_load(files("passerelle.core.notify.rules").joinpath(_FILE).read_text(encoding="utf-8"))
    return tuple(str(entry) for entry in entries)


@functools.cache
def _pattern() -> re.Pattern[str]:
    starts = "|".join(
        f"{re.escape(one[:-1])}s?\\b" if one.endswith(".") else re.escape(one) for one in health_entries()
    )
    return re.compile(rf"\b(?:{starts})")
