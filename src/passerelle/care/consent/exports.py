"""Registers as files that a spreadsheet opens: no cell is taken for a formula."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Final

import xlsxwriter  # type: ignore[import-untyped]  # the library has no types

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_BLANK: Final = " \u00a0\u202f"


def neutral(cell: str) -> str:
    """Return a text no spreadsheet takes for a formula. Source: OWASP, CSV injection."""
    return f"'{cell}" if cell.lstrip(_BLANK).startswith(_STARTS_A_FORMULA) else cell


def csv_text(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the table as French spreadsheets read it: semicolons, byte-order mark."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def workbook_bytes(name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return the table as a workbook of one sheet."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, heads, book.add_format({"bold": True}))
        for rank, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                sheet.write_string(rank, column, neutral(cell))
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return out.getvalue()
