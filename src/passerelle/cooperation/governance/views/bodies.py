from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from passerelle.cooperation.governance.selectors.bodies import body_groups, body_page
from passerelle.cooperation.governance.selectors.sessions import sessions
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@access.requires(Kind.SESSION, Act.READ)
def body_list(request: AuthenticatedRequest) -> HttpResponse:
    context = {"groups": body_groups(timezone.localdate()), "sessions": sessions()[:5]}
    return render(request, "governance/bodies.html", context)


@access.requires(Kind.SESSION, Act.READ)
def body(request: AuthenticatedRequest, code: str) -> HttpResponse:
    page = body_page(code, on=timezone.localdate())
    if page is None:
        raise Http404
    return render(request, "governance/body.html", {"page": page})
