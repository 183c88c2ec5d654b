"""The quality of identities: figures, plots, files."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.identitovigilance.exports import PLACE_HEADS, Cell, csv_text, place_rows, workbook_bytes
from passerelle.care.identitovigilance.selectors.quality import DEFINITIONS, charts, quality
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.ui.api import Column, Table, french

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@access.requires(Kind.IDENTITY, Act.HISTORY)
def page(request: AuthenticatedRequest) -> HttpResponse:
    figures = quality(at=timezone.now())
    columns = [Column(PLACE_HEADS[0]), *(Column(head, is_numeric=True) for head in PLACE_HEADS[1:])]
    rows = [[row[0], *map(_shown, row[1:-1]), french.percent(float(row[-1]), 1)] for row in place_rows(figures)]
    table = Table("Par établissement", columns, rows)
    context = {"figures": figures, "charts": charts(figures), "table": table, "definitions": DEFINITIONS}
    return render(request, "identitovigilance/quality.html", context)


@require_safe
@access.requires(Kind.IDENTITY, Act.HISTORY)
def workbook(_request: AuthenticatedRequest) -> HttpResponse:
    now = timezone.now()
    return _attached(workbook_bytes(quality(at=now)), _XLSX, f"identitovigilance-{now:%Y-%m-%d}.xlsx")


@require_safe
@access.requires(Kind.IDENTITY, Act.HISTORY)
def csv_file(_request: AuthenticatedRequest) -> HttpResponse:
    now = timezone.now()
    return _attached(csv_text(quality(at=now)), "text/csv; charset=utf-8", f"identitovigilance-{now:%Y-%m-%d}.csv")


def _shown(cell: Cell) -> str:
    return french.number(cell, None if isinstance(cell, int) else 1) if not isinstance(cell, str) else cell


def _attached(content: bytes | str, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
