"""What may stand in the place of a word of a template: typed values of closed kinds, never a text."""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from enum import StrEnum
from typing import Final

from passerelle.core.notify.rules.lexicon import health_words_in
from passerelle.core.ui.api import french

_DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


class WordKind(StrEnum):
    """The kinds: a place is the code of an establishment, a link the end of an address of this house."""

    PLACE = "place"
    DATE = "date"
    TIME = "time"
    LINK = "link"
    PHONE = "phone"
    CODE = "code"
    COUNT = "count"


class WordRefused(ValueError):
    """A value is not of its kind, or tells of health."""

    def __init__(self, word: str, why: str) -> None:
        self.word = word
        self.why = why
        super().__init__(f"{word}\u00a0: {why}")


_SHAPES: Final[Mapping[WordKind, tuple[str, str]]] = {
    WordKind.PLACE: (r"[a-z][a-z0-9-]{1,39}", "le code d’un établissement est attendu"),
    WordKind.DATE: (r"\d{4}-\d{2}-\d{2}", "une date AAAA-MM-JJ est attendue"),
    WordKind.TIME: (r"\d{2}:\d{2}", "une heure HH:MM est attendue"),
    WordKind.LINK: (r"[A-Za-z0-9_/-]{1,60}", "la fin d’une adresse de cette maison est attendue"),
    WordKind.PHONE: (r"\+\d{6,15}", "un numéro E.164 est attendu"),
    WordKind.CODE: (r"[0-9BCDFGHJKLMNPQRSTVWXZ-]{4,19}", "un code sans voyelle est attendu"),
    WordKind.COUNT: (r"\d{1,3}", "un nombre de 0 à 999 est attendu"),
}
#: The longest each kind can be once written in an SMS: what a template is judged by.
LONGEST: Final[Mapping[WordKind, int]] = {
    WordKind.PLACE: 30,
    WordKind.DATE: 14,
    WordKind.TIME: 5,
    WordKind.LINK: 60,
    WordKind.PHONE: 14,
    WordKind.CODE: 19,
    WordKind.COUNT: 3,
}


def check(name: str, kind: WordKind, value: str) -> None:
    """Make sure that a value is of its kind.

    Raises:
        WordRefused: it is not, or it has a word of health.
    """
    shape, why = _SHAPES[kind]
    if not re.fullmatch(shape, str(value)):
        raise WordRefused(name, why)
    if kind is WordKind.DATE:
        _read(name, date.fromisoformat, value, why)
    if kind is WordKind.TIME:
        _read(name, time.fromisoformat, value, why)
    if health_words_in(value):
        raise WordRefused(name, "un mot de santé n’entre pas dans un message")


def written(kind: WordKind, value: str, *, places: Mapping[str, str], address: str, is_short: bool) -> str:
    """Return a value as a person reads it; `is_short` for an SMS. `places`: names by code; `address`: no last `/`."""
    match kind:
        case WordKind.PLACE:
            return _place(places.get(value, ""), is_short=is_short)
        case WordKind.DATE:
            return _short_date(value) if is_short else _long_date(value)
        case WordKind.TIME:
            return time.fromisoformat(value).strftime("%Hh%M") if is_short else french.hour(time.fromisoformat(value))
        case WordKind.LINK:
            return f"{address}/{value}"
        case WordKind.PHONE:
            national = f"0{value[3:]}" if value.startswith("+33") else value
            return national if is_short else french.phone(national)
        case WordKind.CODE | WordKind.COUNT:
            return value


def _place(name: str, *, is_short: bool) -> str:
    """Return the name of a place; a neutral one when it tells of health, or would cost one SMS more."""
    if not name or health_words_in(name) or (is_short and len(name) > LONGEST[WordKind.PLACE]):
        return "votre hôpital"
    return name


def _short_date(value: str) -> str:
    on = date.fromisoformat(value)
    return f"{_DAYS[on.weekday()][:3]}. {on.day:02d}/{on.month:02d}"


def _long_date(value: str) -> str:
    on = date.fromisoformat(value)
    return f"{_DAYS[on.weekday()]} {french.day(on)}"


def _read(name: str, reading: Callable[[str], object], value: str, why: str) -> None:
    try:
        reading(value)
    except ValueError as error:
        raise WordRefused(name, why) from error
