"""What is known of a patient beside their stays: one page for each theme."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.known import KIND_OF_THEME, known_of
from passerelle.care.record.selectors.known_rows import Theme
from passerelle.care.record.selectors.opened import at_once, open_record
from passerelle.care.record.views.people import banner_in
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the columns of one theme."""

    what: str
    since: str
    past: str


_WORDS = {
    Theme.ALLERGIES: Words("Substance", "Depuis", "Allergies passées ou écartées"),
    Theme.ANTECEDENTS: Words("Antécédent", "Depuis", "Terminés"),
    Theme.TREATMENTS: Words("Médicament", "Depuis", "Passés"),
    Theme.PROCEDURES: Words("Acte", "Date", "Non réalisés"),
    Theme.IMPLANTS: Words("Dispositif", "Posé", "Retirés"),
    Theme.IMMUNIZATIONS: Words("Vaccin", "Date", "Non faites"),
}


@require_safe
@access.requires(Kind.PATIENT, Act.READ)
def known(request: AuthenticatedRequest, person_id: UUID, theme: str) -> HttpResponse:
    """Show all that is known on a theme, what somebody denied, or that nobody said anything."""
    try:
        asked = Theme(theme)
    except ValueError as unknown:
        raise Http404 from unknown
    opened = open_record(request.viewer, person_id, kind=KIND_OF_THEME[asked], at=timezone.now())
    where = presenting.places()
    with at_once():
        found = known_of(opened, {asked, Theme.ALLERGIES}, where=where)
    context = {
        "banner": banner_in(opened, where=where, allergies=found[Theme.ALLERGIES]),
        "topic": asked,
        "knowledge": found[asked],
        "words": _WORDS[asked],
        "tab": asked.value,
    }
    return render(request, "record/known.html", context)
