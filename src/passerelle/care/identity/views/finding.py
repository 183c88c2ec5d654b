"""Identities of the territory: find one, read its sheet."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.identity import selectors
from passerelle.care.identity.forms import SearchForm
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_SEARCH = "identity_search"


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.IDENTITY, Act.SEARCH)
def search(request: AuthenticatedRequest) -> HttpResponse:
    """Search by POST, kept in the session, so that the results have an address that identifies no one."""
    if request.method == "POST":
        form = SearchForm(request.POST)
        if not form.is_valid():
            return render(request, "identity/search.html", {"form": form, "people": None})
        request.session[_SEARCH] = form.cleaned_data["text"]
        return redirect("identity:search")
    asked = "" if "nouvelle" in request.GET else request.session.get(_SEARCH, "")
    context: dict[str, Any] = {"form": SearchForm(initial={"text": asked}), "people": None}
    if asked:
        context["people"] = selectors.found_identities(request.viewer, asked, at=timezone.now())
    return render(request, "identity/search.html", context)


@require_safe
@access.requires(Kind.IDENTITY, Act.READ)
def person(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show a person: local identities, numbers, and how they came to be one person."""
    sheet = selectors.person_sheet(request.viewer, person_id, at=timezone.now())
    trail = [("Identités", reverse("identity:search"))]
    return render(request, "identity/person.html", {"sheet": sheet, "trail": trail})
