"""An agenda as a workbook."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from xlsxwriter import Workbook  # type: ignore[import-untyped]  # the library has no types

from passerelle.care.appointments.selectors.days import AgendaDay, Line
from passerelle.care.appointments.selectors.rows import AgendaRow
from passerelle.core.ui.api import french

_HEAD = ("Jour", "De", "À", "Patient", "Nature", "État", "Téléphone", "Numéro")
_WIDTHS = (24, 9, 9, 32, 34, 16, 18, 20)


def workbook_of(agenda: AgendaRow, days: Sequence[AgendaDay], *, by: str, at: datetime) -> bytes:
    """Return the workbook of these days of an agenda; texts are texts, never formulas."""
    buffer = BytesIO()
    with Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Agenda")
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet.write_string(0, 0, agenda.name, book.add_format({"bold": True, "font_size": 14}))
        sheet.write_string(1, 0, f"Établi le {french.moment(at)} par {by}")
        for column, (label, width) in enumerate(zip(_HEAD, _WIDTHS, strict=True)):
            sheet.write_string(3, column, label, bold)
            sheet.set_column(column, column, width)
        lines = [(day, line) for day in days for line in day.lines]
        for rank, (day, line) in enumerate(lines, start=4):
            for column, text in enumerate(_cells(day, line)):
                sheet.write_string(rank, column, text)
        sheet.freeze_panes(4, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&LPasserelle&RPage &P sur &N")
    return buffer.getvalue()


def _cells(day: AgendaDay, line: Line) -> tuple[str, ...]:
    row = line.row
    hours = (day.label, french.hour(line.starts_at), french.hour(line.ends_at), line.who)
    if row is None:
        return (*hours, "", "", "", "")
    if line.is_masked:
        return (*hours, "", row.state.label, "", "")
    return (*hours, row.team_label, row.state.label, row.phone, row.number)
