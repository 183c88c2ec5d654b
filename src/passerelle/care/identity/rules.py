"""Decisions of identity: what overwrites what, which INS may join, how a search text is read. No database here."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

QUALIFIED = "QUAL"
VALIDATED = "VALI"
RECOVERED = "RECUP"
PROVISIONAL = "PROV"

# Attributes of an identity beside its status. Source: RNIV, EXI SI 07; codes of HL7 table 0445.
ATTRIBUTE_LABELS = {
    "HOMA": "Homonyme",
    "HOMD": "Homonyme",
    "FICT": "Fictive",
    "DOUT": "Douteuse",
    "DOUA": "Douteuse",
    "DOUB": "Doublon",
}

# Source: IHE France, "Types de données", v1.8.1, N.1. A number of one family never joins a number of another.
_FAMILIES = {
    "1.2.250.1.213.1.4.8": "reelle",
    "1.2.250.1.213.1.4.9": "reelle",
    "1.2.250.1.213.1.4.10": "test",
    "1.2.250.1.213.1.4.11": "demo",
}


def ins_family(oid: str) -> str:
    """Return the family of an INS ("reelle", "test", "demo"), or "" for an OID that is not an INS."""
    return _FAMILIES.get(oid, "")


_WORDS = re.compile(r"[A-Z0-9]+")


def search_form(*texts: str) -> str:
    """Return names in capitals without accents, one space between words and at both ends, each word once."""
    joined = " ".join(texts)
    words = dict.fromkeys(_WORDS.findall((joined if joined.isascii() else _plain(joined)).upper()))
    return f" {' '.join(words)} " if words else ""


def _plain(text: str) -> str:
    """Return a text without accents."""
    whole = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    return "".join(char for char in unicodedata.normalize("NFKD", whole) if not unicodedata.combining(char))


_MAY_BE_EMPTIED = frozenset({"attributes"})


def newer_traits(
    held: Mapping[str, str], told: Mapping[str, Any], *, event_at: datetime
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the traits to write, and the new moment of each.

    `held` gives, for each trait already told, the moment (ISO) of the event that told it. A trait is written when this
    event is not older; a trait that the event does not tell is left alone. So the outcome does not depend on the order
    of arrival. Source: a replayed or late message never overwrites a newer state.
    """
    moment = event_at.isoformat()
    written = {
        name: value
        for name, value in told.items()
        if (value or name in _MAY_BE_EMPTIED)
        and (name not in held or held[name] == moment or datetime.fromisoformat(held[name]) <= event_at)
    }
    return written, dict(held) | dict.fromkeys(written, moment)


PersonMove = Literal["stay", "claim", "rename", "join", "create"]


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What decides the person of a local identity whose INS is qualified when its person does not hold it."""

    person_has_ins: bool
    person_has_this_ins: bool
    is_manual: bool
    is_alone: bool
    ins_has_owner: bool


def move_for_qualified_ins(facts: PersonFacts) -> PersonMove:
    """Say what becomes of the membership of a local identity whose INS is qualified.

    stay: nothing; claim: its person takes the INS; rename: its person, with no one else in it, takes the new INS;
    join: it goes to the person who holds the INS; create: a new person takes it with the INS.
    """
    if facts.person_has_this_ins or facts.is_manual:
        return "stay"
    if facts.ins_has_owner:
        return "join"
    if not facts.person_has_ins:
        return "claim"
    if facts.is_alone:
        return "rename"
    return "create"


def effective_status(told: str, *, has_ins: bool, key_ok: bool) -> str:
    """Return the RNIV status to hold: a matricule whose key is wrong blocks qualification, and nothing else.

    Source: RNIV, EXI SI 07; official examples carry wrong keys, so the message is kept and the number shown.
    """
    if told == QUALIFIED and not (has_ins and key_ok):
        return VALIDATED
    return told


@dataclass(frozen=True, slots=True)
class Query:
    """A search text, read: `words` are name prefixes, `numbers` may be an IPP or another identifier, `ins` a prefix."""

    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    ins: str = ""
    birth_date: date | None = None

    @property
    def is_empty(self) -> bool:
        """Tell a text in which nothing can be searched."""
        return not (self.words or self.numbers or self.ins or self.birth_date)

    def full_names(self) -> list[tuple[str, str]]:
        """Return the ways to read the words as a family name and a first given name, "" when there is none."""
        cuts = range(1, len(self.words))
        parts = [(" ".join(self.words[:cut]), " ".join(self.words[cut:])) for cut in cuts]
        return [*parts, *((family, given) for given, family in parts), (" ".join(self.words), "")]


_DATES = (
    re.compile(r"(?P<day>\d{1,2})[/.\-](?P<month>\d{1,2})[/.\-](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>(?:18|19|20|21)\d{2})"),
)
_INS = re.compile(r"[1-478]\d{4}[0-9AB]\d{7}(?:\d{2})?", re.IGNORECASE)
_GROUPED_INS = re.compile(r"\b[1-478](?:[\s\u00a0\u202f]+[0-9A-B]{2,3}){5,6}\b", re.IGNORECASE)


def read_query(text: str) -> Query:
    """Read what someone typed in a search box; never fails, an unreadable part is a name or a number."""
    compact = _GROUPED_INS.sub(lambda found: re.sub(r"\s", "", found[0]), text)
    words: list[str] = []
    numbers: list[str] = []
    ins, birth_date = "", None
    for part in compact.split():
        as_date = _date(part)
        if as_date and birth_date is None:
            birth_date = as_date
        elif _INS.fullmatch(part):
            ins = part.upper()
        elif any(char.isdigit() for char in part):
            numbers.append(part)
        else:
            words += search_form(part).split()
    return Query(tuple(words), tuple(numbers), ins, birth_date)


def _date(text: str) -> date | None:
    for pattern in _DATES:
        found = pattern.fullmatch(text)
        if found:
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                continue
    return None
