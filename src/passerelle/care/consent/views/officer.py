"""The pages of the data-protection officer: questions of patients, register of oppositions."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from passerelle.care.consent.forms import AnswerForm
from passerelle.care.consent.selectors.followup import questions as every_question
from passerelle.care.consent.selectors.register import OPPOSITION_HEADS, opposition_cells, opposition_register
from passerelle.care.consent.services.followup import NothingSaid, answer
from passerelle.care.consent.views.emergencies import file_of
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.core.audit import api as audit
from passerelle.core.ui.api import french


@require_safe
@access.requires(Kind.ACCESS, Act.EXPORT)
def questions(request: AuthenticatedRequest) -> HttpResponse:
    """List what patients ask, those without an answer first."""
    at = timezone.now()
    found = every_question(at=at)
    waiting = [one for one in found if not one.answers]
    context = {"waiting": waiting, "done": [one for one in found if one.answers], "at": at}
    return render(request, "consent/questions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access.requires(Kind.ACCESS, Act.EXPORT)
def question(request: AuthenticatedRequest, question_id: UUID) -> HttpResponse:
    """Show one question, and take the answer."""
    at = timezone.now()
    asked = next((one for one in every_question(at=at) if one.id == question_id), None)
    if asked is None:
        raise Http404
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            answer(viewer=request.viewer, question_id=question_id, text=form.cleaned_data["text"], at=at)
        except NothingSaid as refusal:
            form.add_error("text", french.typography(str(refusal.__doc__)))
        else:
            messages.success(request, "Votre réponse est dans l’espace du patient.")
            return redirect("consent:questions")
    trail = [("Questions des patients", reverse("consent:questions"))]
    return render(request, "consent/question.html", {"asked": asked, "form": form, "trail": trail})


@require_safe
@access.requires(Kind.ACCESS, Act.EXPORT)
def oppositions(request: AuthenticatedRequest) -> HttpResponse:
    """Show the oppositions in force."""
    at = timezone.now()
    audit.record(audit.Action.AUDIT_READ, by=request.viewer.actor(), at=at, target="oppositions")
    return render(request, "consent/oppositions.html", {"lines": opposition_register(at=at)})


@require_safe
@access.requires(Kind.ACCESS, Act.EXPORT)
def export(request: AuthenticatedRequest, kind: str) -> HttpResponse:
    """Give the register as CSV or as a workbook."""
    at = timezone.now()
    audit.record(audit.Action.AUDIT_EXPORTED, by=request.viewer.actor(), at=at, target="oppositions")
    return file_of("oppositions", OPPOSITION_HEADS, opposition_cells(opposition_register(at=at)), kind)
