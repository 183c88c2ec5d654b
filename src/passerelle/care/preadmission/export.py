"""The list of who is ready as a spreadsheet, formulas neutralised."""

import io
from collections.abc import Sequence
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]  # the library has no types

from passerelle.care.preadmission.selectors.ready import ReadyRow
from passerelle.core.ui.api import french

_HEADS: Final = (
    ("Venue", 20),
    ("Nom", 30),
    ("Né(e) le", 12),
    ("Service", 26),
    ("Pour", 18),
    ("État", 20),
    ("Manque au patient", 46),
    ("À contrôler par l’hôpital", 30),
    ("À relancer", 11),
    ("Téléphone", 18),
    ("Courriel", 28),
)


def workbook(rows: Sequence[ReadyRow], *, title: str, told: str) -> bytes:
    """Return an XLSX of these rows; `told` says what the list is, in a second sheet."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, wrap = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("Qui est prêt")
    for column, (head, width) in enumerate(_HEADS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, head, bold)
    for line, one in enumerate(rows, 1):
        for column, text in enumerate(_cells(one)):
            sheet.write_string(line, column, text, wrap)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(1, len(rows)), len(_HEADS) - 1)
    about = book.add_worksheet("Lisez-moi")
    about.set_column(0, 0, 100)
    for line, text in enumerate((title, told)):
        about.write_string(line, 0, text, wrap)
    book.close()
    return held.getvalue()


def _cells(one: ReadyRow) -> tuple[str, ...]:
    row = one.row
    return (
        french.short_moment(row.starts_at),
        one.name,
        french.short_day(one.birth_date) if one.birth_date else "",
        row.service,
        row.title,
        "Prêt" if row.is_ready else "Complète, à envoyer" if one.is_unsent else row.state.label,
        ", ".join(one.theirs),
        ", ".join(one.ours),
        "oui" if one.is_to_remind else "",
        one.phone,
        one.email,
    )
