"""Letters of a batch as one PDF/A: one page each, the address where the window of a DL envelope shows it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typst

from passerelle.core.ui.api import french

_TEMPLATE = Path(__file__).with_name("letters.typ")
_PARIS = ZoneInfo("Europe/Paris")
_FOOT = "Vous préférez un SMS ou un courriel ? Dites-le à l’accueil, ou dans votre espace."


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph of a letter."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """One reminder on paper: `address` and `sender` are lines, `link` is written for a hand to copy."""

    address: tuple[str, ...]
    moment: str
    where: str
    phone: str
    link: str
    sender: tuple[str, ...] = ()
    parts: tuple[Part, ...] = field(default=())


def pdf_of(letters: Sequence[Letter], *, establishment: str, place: str, made_at: datetime) -> bytes:
    """Return the letters as PDF/A-2a; the same letters give the same bytes."""
    made = made_at.astimezone(_PARIS)
    told = {
        "title": f"Rappels de rendez-vous, {establishment}",
        "establishment": establishment,
        "place": place,
        "day": french.day(made),
        "date": [made.year, made.month, made.day],
        "letters": [_told(letter) for letter in letters],
    }
    pdf: bytes = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        pdf_standards=["a-2a"],
        ignore_system_fonts=True,
        sys_inputs={"batch": json.dumps(told, ensure_ascii=False)},
        timestamp=int(made_at.timestamp()),
    )
    return pdf


def _told(letter: Letter) -> dict[str, object]:
    return {
        "address": list(letter.address),
        "sender": list(letter.sender),
        "moment": letter.moment,
        "where": letter.where,
        "phone": letter.phone,
        "link": letter.link,
        "foot": _FOOT,
        "parts": [{"title": part.title, "lines": list(part.lines)} for part in letter.parts if part.lines],
    }
