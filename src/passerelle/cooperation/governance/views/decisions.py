from django.http import Http404, HttpResponse
from django.shortcuts import render

from passerelle.cooperation.governance.selectors.decisions import decision_page, decision_register
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@access.requires(Kind.VOTE, Act.SEARCH)
def register(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "governance/decisions.html", {"decisions": decision_register()})


@access.requires(Kind.VOTE, Act.READ)
def decision(request: AuthenticatedRequest, number: str) -> HttpResponse:
    page = decision_page(number)
    if page is None:
        raise Http404
    return render(request, "governance/decision.html", {"page": page})
