"""The essential of a record on paper."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.known_rows import Theme
from passerelle.care.record.selectors.opened import at_once, open_record
from passerelle.care.record.selectors.summary import summary_of
from passerelle.care.record.views.people import banner_in
from passerelle.care.record.views.results import cumulative
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

_ON_PAPER = (Theme.ALLERGIES, Theme.ANTECEDENTS, Theme.TREATMENTS, Theme.IMPLANTS, Theme.IMMUNIZATIONS)

#: Those that ask for attention come first: what is left is in the page of results.
_MOST_ANALYTES = 12


@require_safe
@access.requires(Kind.PATIENT, Act.READ)
def summary(request: AuthenticatedRequest, person_id: UUID) -> HttpResponse:
    """Show what fits on paper: identity, what is known, stays, latest results, documents, who printed and when."""
    at = timezone.now()
    opened = open_record(request.viewer, person_id, kind=Kind.PATIENT, at=at)
    where = presenting.places()
    with at_once():
        found = summary_of(opened, where=where)
    context = {
        "banner": banner_in(opened, allergies=found.knowledge[Theme.ALLERGIES]),
        "summary": found,
        "known": [found.knowledge[theme] for theme in _ON_PAPER],
        "table": cumulative(found.analytes[:_MOST_ANALYTES], dict(where.short_names)),
        "more_analytes": max(0, len(found.analytes) - _MOST_ANALYTES),
        "at": at,
    }
    return render(request, "record/summary.html", context)
