from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now

from passerelle.cooperation.governance.selectors.sessions import SessionPage, session_page, sessions
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


def _page(request: AuthenticatedRequest, session_id: UUID) -> SessionPage:
    page = session_page(request.viewer, session_id, at=now())
    if page is None:
        raise Http404
    return page


@access.requires(Kind.SESSION, Act.SEARCH)
def session_list(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "governance/sessions.html", {"sessions": sessions()})


@access.requires(Kind.SESSION, Act.READ)
def session(request: AuthenticatedRequest, session_id: UUID) -> HttpResponse:
    return render(request, "governance/session.html", {"page": _page(request, session_id)})


@access.requires(Kind.SESSION, Act.READ)
def minutes(request: AuthenticatedRequest, session_id: UUID) -> HttpResponse:
    context = {"page": _page(request, session_id), "printed_at": now(), "printed_by": request.viewer.name}
    return render(request, "governance/minutes.html", context)
