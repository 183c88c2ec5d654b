"""The PDF/A of a letter or of an answer, for paper and for those who ask for a file."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.liaison.selectors.papers import pdf_of
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_safe
@access.requires(Kind.DOCUMENT, Act.READ)
def pdf(request: AuthenticatedRequest, document_id: UUID) -> HttpResponse:
    """Give the PDF/A beside the CDA, to whoever may open the document; opening is traced."""
    record.open_document(request.viewer, document_id, at=timezone.now())
    content = pdf_of(document_id)
    if content is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="lettre-{document_id}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
