"""The patient's pages: each fetches what this person may see, and renders."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from passerelle.care.patientspace import selectors
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Role


def _own_person(request: AuthenticatedRequest) -> UUID:
    """Return the person this account is; whoever is nobody's patient finds no page."""
    person_id = request.viewer.person_id
    if person_id is None or not request.viewer.has(Role.PATIENT):
        raise Http404
    return person_id


@require_safe
@access.requires(Kind.ENCOUNTER, Act.READ)
def home(request: AuthenticatedRequest) -> HttpResponse:
    shown = selectors.home(request.viewer, _own_person(request), at=timezone.now())
    return render(request, "patientspace/home.html", {"home": shown})


@require_safe
@access.requires(Kind.ENCOUNTER, Act.READ)
def stays(request: AuthenticatedRequest) -> HttpResponse:
    found = record.stays(request.viewer, _own_person(request), at=timezone.now())
    return render(request, "patientspace/stays.html", {"stays": found})


@require_safe
@access.requires(Kind.ENCOUNTER, Act.READ)
def stay(request: AuthenticatedRequest, stay_id: UUID) -> HttpResponse:
    found = selectors.stay(request.viewer, _own_person(request), stay_id, at=timezone.now())
    trail = [("Mes séjours", reverse("patientspace:stays"))]
    return render(request, "patientspace/stay.html", {"stay": found, "trail": trail})


@require_safe
@access.requires(Kind.DOCUMENT, Act.READ)
def documents(request: AuthenticatedRequest) -> HttpResponse:
    found = record.documents(request.viewer, _own_person(request), at=timezone.now())
    year, type_code = request.GET.get("annee", ""), request.GET.get("type", "")
    is_year = year.isascii() and year.isdigit() and len(year) == 4
    shelf = selectors.shelf(found, year=int(year) if is_year else None, type_code=type_code)
    context = {"shelf": shelf, "year": year if is_year else "", "type_code": type_code}
    return render(request, "patientspace/documents.html", context)


@require_safe
@access.requires(Kind.DOCUMENT, Act.READ)
def document(request: AuthenticatedRequest, document_id: UUID) -> HttpResponse:
    opened = _open(request, document_id, at=timezone.now())
    trail = [("Mes documents", reverse("patientspace:documents"))]
    file_url = reverse("record:document_file", args=[document_id])
    context = {"opened": opened, "trail": trail, "file_url": file_url}
    return render(request, "patientspace/document.html", context)


def _open(request: AuthenticatedRequest, document_id: UUID, *, at: datetime) -> record.OpenedDocument:
    person_id = _own_person(request)
    opened = record.open_document(request.viewer, document_id, at=at)
    if opened.person_id != person_id:
        raise Http404
    return opened


@require_safe
@access.requires(Kind.AUDIT, Act.READ)
def accesses(request: AuthenticatedRequest) -> HttpResponse:
    before = request.GET.get("avant", "")
    with_mine = "tout" in request.GET
    page = selectors.accesses(
        request.viewer, _own_person(request), at=timezone.now(), before=_moment(before), with_mine=with_mine
    )
    context = {"page": page, "with_mine": with_mine, "is_first": not before}
    return render(request, "patientspace/accesses.html", context)


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) else None
