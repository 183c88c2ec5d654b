"""Documents: one opened in the page beside the others, or two side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.record import api as record
from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.course_rows import Event
from passerelle.care.record.selectors.opened import beside, open_record
from passerelle.care.record.selectors.shelf import shelf_of
from passerelle.care.record.services.marks import mark_read
from passerelle.care.record.views.people import banner_in
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind, Role
from passerelle.core.files.api import active_content

_INLINE = {"application/pdf", "image/png", "image/jpeg"}
_SUFFIXES = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "text/xml": "xml"}
#: Nothing in a file of ours may run, fetch or be framed elsewhere; what is not shown is locked in a sandbox too.
_QUIET = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
_LOCKED = "default-src 'none'; sandbox; frame-ancestors 'none'"
_AROUND = 25


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document on the page: what is active in it keeps it from being shown."""

    opened: record.OpenedDocument
    file_url: str
    active: tuple[str, ...]

    @property
    def is_image(self) -> bool:
        """Tell whether it is a picture a browser shows."""
        return self.opened.kind == "other" and self.opened.mime in _INLINE


@require_safe
@access.requires(Kind.DOCUMENT, Act.READ)
def documents(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """List every document of a record, newest first."""
    opened = open_record(request.viewer, person_id, kind=Kind.DOCUMENT, at=timezone.now())
    where = presenting.places()
    context = {
        "banner": banner_in(opened, where=where),
        "shelf": shelf_of(opened, where=where),
        "tab": "documents",
    }
    return render(request, "record/documents.html", context)


@require_safe
@access.requires(Kind.DOCUMENT, Act.READ)
def document(request: AuthenticatedRequest, document_id: UUID) -> HttpResponse:
    """Show a document among the others of its record, and another one beside it (`avec`)."""
    at = timezone.now()
    first = record.open_document(request.viewer, document_id, at=at)
    around = beside(request.viewer, first.person_id, at=at)
    where = presenting.places()
    shelf = shelf_of(around, where=where)
    second = _second(request, first, at=at)
    shown = [_sheet(one) for one in (first, second) if one]
    mark_opened(request, shelf, {one.opened.document.id for one in shown}, at=at)
    rank = next((rank for rank, one in enumerate(shelf) if one.id == document_id), None)
    context = {
        "sheets": shown,
        "opened": first,
        "banner": banner_in(around, where=where),
        "nearby": shelf[max(0, (rank or 0) - _AROUND) : (rank or 0) + _AROUND],
        "shelf_size": len(shelf),
        "newer": shelf[rank - 1] if rank else None,
        "older": shelf[rank + 1] if rank is not None and rank + 1 < len(shelf) else None,
        "second": second,
        "tab": "documents",
        "may_summarise": request.viewer.has(Role.CLINICIAN, first.document.establishment),
    }
    return render(request, "record/document.html", context)


def _second(
    request: AuthenticatedRequest, first: record.OpenedDocument, *, at: datetime
) -> record.OpenedDocument | None:
    """Return the document to put beside, of the same patient; an address that names another is refused."""
    try:
        asked = UUID(request.GET.get("avec", ""))
    except ValueError:
        return None
    if asked == first.document.id:
        return None
    second = record.open_document(request.viewer, asked, at=at)
    if second.person_id != first.person_id:
        raise access.AccessRefused
    return second


def mark_opened(request: AuthenticatedRequest, shelf: Sequence[Event], ids: set[UUID], *, at: datetime) -> None:
    """Note that the viewer has read these documents, with the trace that their opening leaves."""
    if request.viewer.account_id is not None:
        pieces = [piece for one in shelf if one.id in ids for piece in one.pieces]
        mark_read(account_id=request.viewer.account_id, pieces=pieces, at=at)


def _sheet(opened: record.OpenedDocument) -> Sheet:
    active = sorted(active_content(opened.content)) if opened.kind == "pdf" else []
    return Sheet(opened, reverse("record:document_file", args=[opened.document.id]), tuple(active))


@require_safe
@access.requires(Kind.DOCUMENT, Act.READ)
def document_file(request: AuthenticatedRequest, document_id: UUID) -> HttpResponse:
    """Give the bytes of a document, to show in a frame or to keep."""
    opened = record.open_document(request.viewer, document_id, at=timezone.now())
    return file_response(opened, keep="telecharger" in request.GET)


def file_response(opened: record.OpenedDocument, *, keep: bool) -> HttpResponse:
    """Return the bytes: shown in place when they are safe to show, otherwise to keep as a file."""
    is_active = opened.mime == "application/pdf" and bool(active_content(opened.content))
    shown = opened.mime in _INLINE and not keep and not is_active
    response = HttpResponse(opened.content, content_type=opened.mime if shown else "application/octet-stream")
    disposition = "inline" if shown else "attachment"
    name = f"document-{opened.document.id}.{_SUFFIXES.get(opened.mime, 'bin')}"
    response["Content-Disposition"] = f'{disposition}; filename="{name}"'
    response["Content-Security-Policy"] = _QUIET if shown else _LOCKED
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
