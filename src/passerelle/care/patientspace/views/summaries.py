"""The page where a team writes, for its patient, what a document says."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from passerelle.care.patientspace.forms.summaries import SummaryForm
from passerelle.care.patientspace.rules.plain import plainness
from passerelle.care.patientspace.selectors.release import hidden_until
from passerelle.care.patientspace.selectors.summaries import last_summary
from passerelle.care.patientspace.services.release import announce
from passerelle.care.patientspace.services.summaries import NotOwnDocument, TooManyLines, write_summary
from passerelle.care.patientspace.templatetags.plain import glossary, hard_terms
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.ui.api import french


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.DOCUMENT, Act.UPDATE)
def summarise(request: AuthenticatedRequest, document_id: UUID) -> HttpResponse:
    """Write the summary, see what makes it hard to read, keep it or give it to the patient."""
    at = timezone.now()
    opened = record.open_document(request.viewer, document_id, at=at)
    last = last_summary(document_id)
    if "announce" in request.POST:
        return _announced(request, opened)
    form = SummaryForm(request.POST or None, initial={"text": "\n".join(last.lines) if last else ""})
    text = form.data.get("text", "") if form.is_bound else form["text"].value()
    if form.is_valid():
        is_validated = "validate" in request.POST
        try:
            write_summary(viewer=request.viewer, document=opened, text=text, is_validated=is_validated, at=at)
        except (NotOwnDocument, TooManyLines) as refusal:
            form.add_error("text", french.typography(str(refusal.__doc__)))
        else:
            messages.success(request, _DONE if is_validated else "Le brouillon est gardé. Le patient ne le voit pas.")
            return redirect("patientspace:summarise", document_id)
    context = {
        "opened": opened,
        "form": form,
        "last": last,
        "hidden_until": hidden_until(opened.document, opened.person_id, at=at),
        "counted": plainness(text, hard=hard_terms(), explained=glossary()) if text else None,
        "trail": [("Document", reverse("record:document", args=[document_id]))],
    }
    return render(request, "patientspace/summarise.html", context)


def _announced(request: AuthenticatedRequest, opened: record.OpenedDocument) -> HttpResponse:
    try:
        announce(viewer=request.viewer, document=opened, at=timezone.now())
    except NotOwnDocument as refusal:
        messages.warning(request, french.typography(str(refusal.__doc__)))
    else:
        messages.success(request, "Le patient voit maintenant ce document.")
    return redirect("patientspace:summarise", opened.document.id)


_DONE = "Le patient lit maintenant ce résumé, avec votre nom."
