"""A document, opened in the page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.record import api as record
from passerelle.care.record.views.people import banner_of
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_INLINE = {"application/pdf", "image/png", "image/jpeg"}
_SUFFIXES = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "text/xml": "xml"}


@require_safe
@access.requires(Kind.DOCUMENT, Act.READ)
def document(request: AuthenticatedRequest, document_id: UUID) -> HttpResponse:
    """Show a document as safe HTML, or its PDF in a frame of our own origin."""
    at = timezone.now()
    opened = record.open_document(request.viewer, document_id, at=at)
    relation = record.relation_to(request.viewer, opened.person_id, at=at)
    context = {
        "opened": opened,
        "banner": banner_of(request.viewer, opened.person_id, relation, at=at),
        "file_url": reverse("record:document_file", args=[document_id]),
        "trail": [
            ("Patients", reverse("record:patients")),
            ("Parcours", reverse("record:timeline", args=[opened.person_id])),
        ],
    }
    return render(request, "record/document.html", context)


@require_safe
@access.requires(Kind.DOCUMENT, Act.READ)
def document_file(request: AuthenticatedRequest, document_id: UUID) -> HttpResponse:
    """Give the bytes of a document, to show in a frame or to keep."""
    opened = record.open_document(request.viewer, document_id, at=timezone.now())
    return file_response(opened, keep="telecharger" in request.GET)


def file_response(opened: record.OpenedDocument, *, keep: bool) -> HttpResponse:
    """Return the bytes: shown in place when their type is safe to show, otherwise to keep as a file."""
    shown = opened.mime in _INLINE and not keep
    response = HttpResponse(opened.content, content_type=opened.mime if shown else "application/octet-stream")
    disposition = "inline" if shown else "attachment"
    name = f"document-{opened.document.id}.{_SUFFIXES.get(opened.mime, 'bin')}"
    response["Content-Disposition"] = f'{disposition}; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
