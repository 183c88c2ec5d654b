"""French dates, numbers and typography, as screens and printed pages write them.

U+00A0 joins a number to its unit, a day to its month, and comes before a colon; U+202F comes before `; ! ?`.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

NBSP = "\u00a0"
NARROW = "\u202f"
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
SHORT_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
_INS_GROUPS = (1, 2, 2, 2, 3, 3, 2)
_DAYS_OF_A_BABY = 31
_MONTHS_OF_A_TODDLER = 24


def local(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def day(on: date) -> str:
    """Return « 1er mars 2026 »; a moment is read in Paris time."""
    if isinstance(on, datetime):
        on = local(on).date()
    number = "1er" if on.day == 1 else str(on.day)
    return f"{number}{NBSP}{MONTHS[on.month - 1]} {on.year}"


def short_day(on: date) -> str:
    """Return 01/03/2026, for tables."""
    if isinstance(on, datetime):
        on = local(on).date()
    return f"{on:%d/%m/%Y}"


def month(on: date) -> str:
    """Return « mars 2026 »."""
    return f"{MONTHS[on.month - 1]} {on.year}"


def short_month(on: date) -> str:
    """Return « mars 26 », for the axis of a chart."""
    return f"{SHORT_MONTHS[on.month - 1]}{NBSP}{on:%y}"


def hour(at: datetime | time) -> str:
    """Return « 14 h 30 », « 9 h » on the hour."""
    if isinstance(at, datetime):
        at = local(at).time()
    minutes = f"{NBSP}{at.minute:02d}" if at.minute else ""
    return f"{at.hour}{NBSP}h{minutes}"


def moment(at: date) -> str:
    """Return « 1er mars 2026 à 14 h 30 »; a date without time stays a date."""
    return f"{day(at)} à {hour(at)}" if isinstance(at, datetime) else day(at)


def short_moment(at: date) -> str:
    """Return 01/03/2026 14:30, for tables."""
    return f"{short_day(at)}{NBSP}{local(at):%H:%M}" if isinstance(at, datetime) else short_day(at)


def exact_moment(at: datetime) -> str:
    """Return 01/03/2026 14:30:05, where the second matters."""
    return f"{short_day(at)}{NBSP}{local(at):%H:%M:%S}"


def enumeration(words: Sequence[str]) -> str:
    """Return « Lire, rechercher, exporter »: one sentence, in which an acronym keeps its capitals."""
    first, *others = words or [""]
    lowered = [word[:1].lower() + word[1:] if word[1:2].islower() or word[1:2] in "’ " else word for word in others]
    return ", ".join([first, *lowered])


def duration(lasted: timedelta) -> str:
    """Return « 3 j », « 5 h 20 », « 12 min »: the two largest units at most."""
    minutes = max(0, round(lasted.total_seconds() / 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days}{NBSP}j" + (f" {hours}{NBSP}h" if hours else "")
    if hours:
        return f"{hours}{NBSP}h" + (f"{NBSP}{minutes:02d}" if minutes else "")
    return f"{minutes}{NBSP}min"


def age(born: date, on: date) -> str:
    """Return « 4 jours », « 7 mois », « 82 ans »: days for a newborn, months for a toddler."""
    days = (on - born).days
    if days < _DAYS_OF_A_BABY:
        return _counted(max(days, 0), "jour")
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if months < _MONTHS_OF_A_TODDLER:
        return f"{months}{NBSP}mois"
    return _counted(months // 12, "an")


def _counted(count: int, word: str) -> str:
    return f"{count}{NBSP}{word}" + ("s" if count > 1 else "")


def number(value: float | Decimal, decimals: int | None = None) -> str:
    """Return « 1 234,5 »; without `decimals`, an integer has none and another number at most two."""
    exact = Decimal(str(value))
    if decimals is None:
        exact = exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
        text = f"{exact:,f}".rstrip("0").rstrip(".")
    else:
        text = f"{exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP):,f}"
    sign, text = ("−", text[1:]) if text.startswith("-") and text.strip("-0.,") else ("", text.lstrip("-"))
    return sign + text.replace(",", NBSP).replace(".", ",")


def euros(cents: int) -> str:
    """Return « 34 000,00 € » for 3400000 cents."""
    return f"{number(Decimal(cents) / 100, 2)}{NBSP}€"


def percent(share: float, decimals: int = 1) -> str:
    """Return « 12,5 % » for 0.125."""
    return f"{number(Decimal(str(share)) * 100, decimals)}{NBSP}%"


def phone(digits: str) -> str:
    """Return « 01 23 45 67 89 », or the text unchanged when it is not a French number."""
    bare = re.sub(r"[\s.\-]", "", digits)
    bare = re.sub(r"^(?:\+33|0033)", "0", bare)
    if not re.fullmatch(r"0\d{9}", bare):
        return digits
    return NBSP.join(bare[i : i + 2] for i in range(0, 10, 2))


def ins(matricule: str) -> str:
    """Return « 1 85 05 78 006 084 36 »: an INS number in its usual groups."""
    groups, start = [], 0
    for size in _INS_GROUPS:
        groups.append(matricule[start : start + size])
        start += size
    groups.append(matricule[start:])
    return NBSP.join(group for group in groups if group)


def typography(text: str) -> str:
    """Give the no-break spaces and the apostrophe that a keyboard leaves out."""
    return spacing(text.replace("'", "’"))


def spacing(text: str) -> str:
    """Give the no-break spaces of French punctuation, and change nothing else."""
    text = re.sub(r"[ \u00a0\u202f]+([;!?])", NARROW + r"\1", text)
    text = re.sub(r"[ \u00a0\u202f]+:", NBSP + ":", text)
    text = re.sub(r"«[ \u00a0\u202f]*", "«" + NBSP, text)
    return re.sub(r"[ \u00a0\u202f]*»", NBSP + "»", text)


def folded(text: str) -> str:
    """Return a text as it is compared when somebody types it: no accents, no capitals, « ’ » as a space."""
    spelled = unicodedata.normalize("NFKD", text.replace("’", " ").replace("'", " "))
    return "".join(one for one in spelled if not unicodedata.combining(one)).casefold()
