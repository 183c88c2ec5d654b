"""The patient's pages: each fetches what this person may see, and renders."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.consent import api as consent
from passerelle.care.patientspace.selectors import coming, pages, rooms
from passerelle.care.patientspace.selectors.summaries import Plain, plain_summaries
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_safe
@access.requires(Kind.ENCOUNTER, Act.READ)
def home(request: AuthenticatedRequest) -> HttpResponse:
    at = timezone.now()
    who = consent.acting(request, at=at)
    name = request.viewer.name if who.is_self else consent.called(who.person_id)
    appointments = coming.coming(request.viewer, who.person_id, at=at)
    shown = pages.home(request.viewer, who.person_id, at=at, known={one.row.id for one in appointments})
    context = {
        "home": shown,
        "who": who,
        "name": name,
        "next": appointments[0] if appointments else None,
        "others": appointments[1:],
        "tasks": rooms.tasks(who, at=at),
        "documents": with_plain(shown.documents),
    }
    return render(request, "patientspace/home.html", context)


@require_safe
@access.requires(Kind.APPOINTMENT, Act.READ)
def calendar(request: AuthenticatedRequest, appointment_id: UUID) -> HttpResponse:
    """Give one appointment as a file for the calendar of the telephone."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    told = coming.calendar_file(request.viewer, who.person_id, appointment_id, at=at)
    answer = HttpResponse(told, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rendez-vous.ics"'
    return answer


@require_safe
@access.requires(Kind.ENCOUNTER, Act.READ)
def stays(request: AuthenticatedRequest) -> HttpResponse:
    at = timezone.now()
    who = consent.acting(request, at=at)
    found = record.stays(request.viewer, who.person_id, at=at)
    return render(request, "patientspace/stays.html", {"stays": found})


@require_safe
@access.requires(Kind.ENCOUNTER, Act.READ)
def stay(request: AuthenticatedRequest, stay_id: UUID) -> HttpResponse:
    at = timezone.now()
    who = consent.acting(request, at=at)
    found = pages.stay(request.viewer, who.person_id, stay_id, at=at)
    trail = [("Mes séjours", reverse("patientspace:stays"))]
    context = {"stay": found, "trail": trail, "secret": _secrecy(who, stay_id, at)}
    return render(request, "patientspace/stay.html", context)


@require_safe
@access.requires(Kind.DOCUMENT, Act.READ)
def documents(request: AuthenticatedRequest) -> HttpResponse:
    at = timezone.now()
    found = pages.documents(request.viewer, consent.acting(request, at=at).person_id, at=at)
    year, type_code = request.GET.get("annee", ""), request.GET.get("type", "")
    is_year = year.isascii() and year.isdigit() and len(year) == 4
    shelf = pages.shelf(found, year=int(year) if is_year else None, type_code=type_code)
    context = {"shelf": shelf, "year": year if is_year else "", "type_code": type_code}
    return render(request, "patientspace/documents.html", context)


@require_safe
@access.requires(Kind.DOCUMENT, Act.READ)
def document(request: AuthenticatedRequest, document_id: UUID) -> HttpResponse:
    at = timezone.now()
    who = consent.acting(request, at=at)
    context = {
        "opened": _open(request, who, document_id, at=at),
        "trail": [("Mes documents", reverse("patientspace:documents"))],
        "plain": plain_summaries([document_id]).get(document_id),
        "file_url": reverse("record:document_file", args=[document_id]),
        "is_masked": document_id in consent.masked_documents(who.person_id, at=at),
        "secret": _secrecy(who, document_id, at),
    }
    return render(request, "patientspace/document.html", context)


def _open(
    request: AuthenticatedRequest, who: consent.Acting, document_id: UUID, *, at: datetime
) -> record.OpenedDocument:
    opened = record.open_document(request.viewer, document_id, at=at)
    if opened.person_id != who.person_id:
        raise Http404
    return opened


def with_plain(documents: Sequence[record.DocumentRow]) -> list[tuple[record.DocumentRow, Plain | None]]:
    """Return documents, each with its plain lines when somebody wrote them."""
    lines = plain_summaries([one.id for one in documents])
    return [(one, lines.get(one.id)) for one in documents]


def _secrecy(who: consent.Acting, item_id: UUID, at: datetime) -> str:
    """Return « kept » or « possible » on the page of a young person in their own space, "" on any other."""
    if not who.is_self or not consent.is_young(who.person_id, at=at):
        return ""
    return "kept" if item_id in consent.secret_items(who.person_id, at=at) else "possible"
