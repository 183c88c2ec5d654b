"""The letter that invites a person to open their space: typeset by typst, tagged for screen readers."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import typst

from passerelle.care.patientspace.letters.qr import qr_svg
from passerelle.core.ui.api import french

_TEMPLATE = Path(__file__).with_name("invitation.typ")


@dataclass(frozen=True, slots=True)
class Letter:
    """What the letter says; `address` is where the code is typed, `lines` is whom it is sent to."""

    establishment: str
    lines: tuple[str, ...]
    code: str
    address: str
    until: date
    day: date
    is_simulated: bool


def invitation_pdf(letter: Letter) -> bytes:
    """Return the letter as PDF/A."""
    told = {
        "establishment": letter.establishment,
        "lines": list(letter.lines),
        "code": letter.code,
        "address": letter.address,
        "until": french.day(letter.until),
        "day": french.day(letter.day),
        "date": [letter.day.year, letter.day.month, letter.day.day],
        "square": qr_svg(f"{letter.address}{letter.code}/"),
        "simulated": letter.is_simulated,
    }
    made: bytes = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        pdf_standards=["a-3a"],
        ignore_system_fonts=True,
        sys_inputs={"letter": json.dumps(told, ensure_ascii=False)},
    )
    return made
