"""Find a patient."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from passerelle.care.identity import api as identity
from passerelle.care.record.views.forms import FindForm
from passerelle.care.record.views.people import found_people
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Relation

_SEARCH = "record_search"


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.PATIENT, Act.SEARCH)
def patients(request: AuthenticatedRequest) -> HttpResponse:
    """Search by POST, kept in the session, so that the results have an address that identifies no one."""
    if request.method == "POST":
        form = FindForm(request.POST)
        if not form.is_valid():
            return render(request, "record/patients.html", {"form": form, "people": None})
        birth_date = form.cleaned_data["birth_date"]
        request.session[_SEARCH] = [form.cleaned_data["text"], birth_date.isoformat() if birth_date else ""]
        return redirect("record:patients")
    asked = _asked(request)
    context: dict[str, Any] = {"form": FindForm(initial=asked), "people": None}
    if any(asked.values()):
        access.check(
            request.viewer,
            Kind.PATIENT,
            Act.SEARCH,
            relation=Relation.ESTABLISHMENT,
            target="patients",
            at=timezone.now(),
        )
        rows = identity.search_people(asked["text"], birth_date=asked["birth_date"])
        context["people"] = found_people(request.viewer, rows)
    return render(request, "record/patients.html", context)


def _asked(request: AuthenticatedRequest) -> dict[str, Any]:
    if "nouvelle" in request.GET:
        return {"text": "", "birth_date": None}
    text, birth_date = request.session.get(_SEARCH, ["", ""])
    return {"text": text, "birth_date": date.fromisoformat(birth_date) if birth_date else None}
