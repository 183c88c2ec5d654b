"""What an admission clerk types in the one field: letters, digits of a birth date, the end of an IPP, an INS.

`dur1203` is DUR… born a 12 March, `dur12035` in the fifties, `dur120357` in 1957, `dur12031957` as well: seven or eight
keys find somebody. A date of two figures is the past one: nobody is born tomorrow.
"""

import re
from dataclasses import dataclass
from datetime import date

from passerelle.care.identitovigilance.rules.dates import dates_of

_GLUED = re.compile(r"(?P<letters>[^\W\d_]{2,})(?P<digits>\d{2,8})", re.UNICODE)
_DIGITS = re.compile(r"\d{3,12}")
_INS = re.compile(r"[1-478]\d{4}[0-9AB]\d{7}(?:\d{2})?", re.IGNORECASE)
_SPACES = re.compile(r"(?<=\d)[\s\u00a0\u202f]+(?=\d)")
_DATE_SIGNS = re.compile(r"(?<=\d)[/.\-](?=\d)")


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, read: names by their beginning, possible birth dates, the end of a number, a whole INS."""

    names: tuple[str, ...] = ()
    birth_dates: tuple[date, ...] = ()
    number_end: str = ""
    ins: str = ""

    @property
    def is_enough(self) -> bool:
        """Tell a text that finds few people: two letters with a date, three letters, a number or an INS."""
        letters = max(map(len, self.names), default=0)
        has_date = bool(self.birth_dates) and letters >= 2
        return bool(self.number_end or self.ins) or has_date or letters >= 3


def read_typed(text: str, *, today: date) -> Typed:
    """Read what was typed; never fails, what makes no sense finds nobody."""
    compact = _SPACES.sub("", _DATE_SIGNS.sub("", text.strip()))
    if _INS.fullmatch(compact):
        return Typed(ins=compact.upper())
    names: list[str] = []
    digits = ""
    for part in compact.split():
        glued = _GLUED.fullmatch(part)
        if glued:
            names.append(glued["letters"])
            digits = glued["digits"]
        elif part.isdigit():
            digits = part
        else:
            names.append(part)
    if names:
        return Typed(names=tuple(names), birth_dates=dates_of(digits, today=today))
    if _DIGITS.fullmatch(digits):
        return Typed(number_end=digits, birth_dates=dates_of(digits, today=today) if len(digits) == 8 else ())
    return Typed()
