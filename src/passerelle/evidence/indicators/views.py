import csv
from typing import Literal

from django.http import Http404, HttpResponse
from django.shortcuts import render

from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.evidence.indicators.forms import SeriesForm
from passerelle.evidence.indicators.rules.definition import Definition
from passerelle.evidence.indicators.selectors.definitions import definition, definitions
from passerelle.evidence.indicators.selectors.page import csv_rows, indicator_view
from passerelle.evidence.indicators.selectors.series import IndicatorSeries, series

_EVER = ("0000-00", "9999-99")


def _asked(code: str) -> Definition:
    found = definition(code)
    if found is None:
        raise Http404
    return found


def _by(request: AuthenticatedRequest) -> Literal["establishment", "site"]:
    return "site" if request.GET.get("by") == "site" else "establishment"


def _filtered(request: AuthenticatedRequest, code: str) -> IndicatorSeries | None:
    since = request.GET.get("since") or _EVER[0]
    until = request.GET.get("until") or _EVER[1]
    return series(code, by=_by(request), months=(since, until))


@access.requires(Kind.INDICATOR, Act.SEARCH)
def indicator_list(request: AuthenticatedRequest) -> HttpResponse:
    lines = [(each, series(each.code)) for each in definitions()]
    return render(request, "indicators/indicators.html", {"lines": lines})


@access.requires(Kind.INDICATOR, Act.READ)
def indicator(request: AuthenticatedRequest, code: str) -> HttpResponse:
    asked = _asked(code)
    everything = series(code, by=_by(request))
    found = _filtered(request, code)
    place = request.GET.get("place", "")
    form = SeriesForm(
        request.GET,
        months=everything.months if everything else (),
        places=[(row.code, row.label) for row in everything.rows] if everything else [],
    )
    context = {
        "definition": asked,
        "form": form,
        "series": found,
        "view": indicator_view(found, place=place) if found and found.rows else None,
        "query": request.GET.urlencode(),
    }
    return render(request, "indicators/indicator.html", context)


@access.requires(Kind.INDICATOR, Act.READ)
def indicator_csv(request: AuthenticatedRequest, code: str) -> HttpResponse:
    _asked(code)
    found = _filtered(request, code)
    if found is None:
        raise Http404
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}.csv"'
    response.write("\ufeff")
    csv.writer(response, delimiter=";").writerows(csv_rows(found))
    return response
