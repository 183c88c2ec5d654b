"""How a protocol is followed, establishment by establishment: counts, never a patient."""

import csv
from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.carepaths.library import current, of_version
from passerelle.care.carepaths.selectors.adherence import Adherence, adherence
from passerelle.care.carepaths.selectors.adherence_page import adherence_rows, chart_of, table_of, tasks_table
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_PERIODS = {"3": "trois mois", "12": "douze mois", "36": "trois ans"}
_DAYS_A_MONTH = 30.44


def _asked(request: AuthenticatedRequest, code: str) -> tuple[Adherence, str]:
    months = request.GET.get("mois", "12")
    months = months if months in _PERIODS else "12"
    at = timezone.now()
    until: date = timezone.localdate(at) + timedelta(days=1)
    since = until - timedelta(days=round(int(months) * _DAYS_A_MONTH))
    return adherence(code, since=since, until=until, at=at), months


@require_safe
@access.requires(Kind.INDICATOR, Act.READ)
def page(request: AuthenticatedRequest, code: str) -> HttpResponse:
    version = current(code)
    if version is None:
        raise Http404
    found, months = _asked(request, code)
    context = {
        "protocol": of_version(version),
        "found": found,
        "chart": chart_of(found),
        "places": table_of(found),
        "tasks": tasks_table(found),
        "periods": _PERIODS,
        "months": months,
    }
    return render(request, "carepaths/adherence.html", context)


@require_safe
@access.requires(Kind.INDICATOR, Act.READ)
def as_csv(request: AuthenticatedRequest, code: str) -> HttpResponse:
    if current(code) is None:
        raise Http404
    found, _ = _asked(request, code)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="adhesion-{code}.csv"'
    response.write("\ufeff")
    csv.writer(response, delimiter=";").writerows(adherence_rows(found))
    return response
