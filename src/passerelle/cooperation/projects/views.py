from django.http import Http404, HttpResponse
from django.shortcuts import render

from passerelle.cooperation.projects.selectors.projects import project_page, projects
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@access.requires(Kind.PROJECT, Act.SEARCH)
def project_list(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "projects/projects.html", {"projects": projects()})


@access.requires(Kind.PROJECT, Act.READ)
def project(request: AuthenticatedRequest, code: str) -> HttpResponse:
    page = project_page(code)
    if page is None:
        raise Http404
    sees_sessions = request.viewer.may(Kind.SESSION, Act.READ)
    return render(request, "projects/project.html", {"page": page, "sees_sessions": sees_sessions})
