"""A letter as PDF/A-3a: archived for ever, tagged for screen readers. Typeset by typst, in the process."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import typst

from passerelle.care.liaison.letters.sheet import Sheet, signature_line

_TEMPLATE = Path(__file__).with_name("letter.typ")
_PARIS = ZoneInfo("Europe/Paris")


def pdf_of(sheet: Sheet) -> bytes:
    """Return the document as PDF/A-3a: the same sheet gives the same bytes."""
    made: bytes = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        pdf_standards=["a-3a"],
        ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(_told(sheet), ensure_ascii=False)},
        timestamp=int(sheet.signed_at.timestamp()),
    )
    return made


def _told(sheet: Sheet) -> dict[str, object]:
    signed = sheet.signed_at.astimezone(_PARIS)
    return {
        "title": sheet.title,
        "author": sheet.signatory.name,
        "date": [signed.year, signed.month, signed.day],
        "establishment": sheet.establishment_name,
        "unit": sheet.unit_label,
        "addressee": sheet.addressee,
        "facts": list(sheet.patient_facts),
        "version": sheet.version,
        "parts": [
            {
                "title": part.title,
                "lines": list(part.lines),
                "headers": list(part.headers),
                "rows": [list(row) for row in part.rows],
            }
            for part in sheet.parts
        ],
        "signature": signature_line(sheet),
        "reference": sheet.unique_id,
    }
