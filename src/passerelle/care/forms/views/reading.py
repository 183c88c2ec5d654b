"""A finished questionnaire read by those who may, and the papers: blank, and filled."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.forms.library import registered
from passerelle.care.forms.selectors.opening import open_filling
from passerelle.care.forms.selectors.sheets import paper_of, score_lines, sheet_pages, watched_lines
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@require_safe
@access.requires(Kind.FORM, Act.READ)
def sheet(request: AuthenticatedRequest, filling_id: UUID) -> HttpResponse:
    """Show the answers: first what must be looked at and the scores, then everything."""
    return render(request, "forms/sheet.html", _context(request, filling_id))


@require_safe
@access.requires(Kind.FORM, Act.READ)
def print_sheet(request: AuthenticatedRequest, filling_id: UUID) -> HttpResponse:
    """Show the same, for paper."""
    return render(request, "forms/print_sheet.html", _context(request, filling_id))


def _context(request: AuthenticatedRequest, filling_id: UUID) -> dict[str, object]:
    opened = open_filling(request.viewer, filling_id, at=timezone.now())
    return {
        "opened": opened,
        "pages": sheet_pages(opened),
        "watched": watched_lines(opened),
        "scores": score_lines(opened.evaluation.scores),
        "traits": identity.traits(identity.person_of(opened.row.local_identity_id)),
    }


@require_safe
@access.signed_in
def blank(request: AuthenticatedRequest, name: str) -> HttpResponse:
    """Show a questionnaire to be printed and filled by hand."""
    found = next((one for one in registered() if one.name == name), None)
    if found is None:
        raise Http404
    return render(request, "forms/blank.html", {"questionnaire": found, "pages": paper_of(found)})
