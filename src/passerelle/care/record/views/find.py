"""Find a patient."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.record.views.forms import FindForm
from passerelle.care.record.views.people import Found, found_people
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Relation, Role, Viewer

_SEARCH = "record_search"


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.PATIENT, Act.SEARCH)
def patients(request: AuthenticatedRequest) -> HttpResponse:
    """Search by POST, kept in the session, so that the results have an address that identifies no one.

    A town doctor finds here those who chose them; who may not search the group is not offered to.
    """
    may_search = access.allowed(request.viewer, Kind.PATIENT, Act.SEARCH, relation=Relation.ESTABLISHMENT)
    own = _own_patients(request.viewer)
    if not may_search and (own is None or request.method == "POST"):
        _check_search(request)
    asked = _asked(request)
    form = FindForm(request.POST if request.method == "POST" else None, initial=asked)
    if form.is_valid():
        birth_date = form.cleaned_data["birth_date"]
        request.session[_SEARCH] = [form.cleaned_data["text"], birth_date.isoformat() if birth_date else ""]
        return redirect("record:patients")
    people = None
    if may_search and any(asked.values()) and not form.is_bound:
        _check_search(request)
        rows = identity.search_people(asked["text"], birth_date=asked["birth_date"])
        people = found_people(request.viewer, rows)
    context = {"form": form, "people": people, "may_search": may_search, "own": own}
    return render(request, "record/patients.html", context)


def _check_search(request: AuthenticatedRequest) -> None:
    access.check(
        request.viewer,
        Kind.PATIENT,
        Act.SEARCH,
        relation=Relation.ESTABLISHMENT,
        target="patients",
        at=timezone.now(),
    )


def _own_patients(viewer: Viewer) -> list[Found] | None:
    """Return the patients who chose this town doctor; None for any other trade."""
    if not viewer.has(Role.TOWN_DOCTOR):
        return None
    at = timezone.now()
    access.check(viewer, Kind.PATIENT, Act.SEARCH, relation=Relation.CHOSEN, target="patients", at=at)
    return found_people(viewer, identity.people(consent.patients_who_chose(viewer, at=at)))


def _asked(request: AuthenticatedRequest) -> dict[str, Any]:
    if "nouvelle" in request.GET:
        return {"text": "", "birth_date": None}
    text, birth_date = request.session.get(_SEARCH, ["", ""])
    return {"text": text, "birth_date": date.fromisoformat(birth_date) if birth_date else None}
