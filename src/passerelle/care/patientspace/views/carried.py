"""What a patient carries away: the summary, on paper or as a file; their medicines; the course of their care."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from passerelle.care.consent import api as consent
from passerelle.care.patientspace.selectors import carried
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind
from passerelle.protocols.fhir import api as fhir


@require_safe
@access.requires(Kind.PATIENT, Act.READ)
def essential(request: AuthenticatedRequest) -> HttpResponse:
    """Show the essential of the record on one page, to read or to print."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    found = carried.chapters(request.viewer, who.person_id, at=at)
    context = {"chapters": found, "name": consent.called(who.person_id), "who": who, "at": at}
    return render(request, "patientspace/essential.html", context)


@require_safe
@access.requires(Kind.PATIENT, Act.READ)
def summary_file(request: AuthenticatedRequest) -> HttpResponse:
    """Give the International Patient Summary as a file that other software reads."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    base = request.build_absolute_uri(reverse("fhir:metadata")).removesuffix("metadata")
    told = record.international_summary(request.viewer, who.person_id, base=base, at=at)
    answer = HttpResponse(fhir.dumps(told), content_type="application/fhir+json")
    answer["Content-Disposition"] = f'attachment; filename="resume-de-sante-{timezone.localdate(at)}.json"'
    return answer


@require_safe
@access.requires(Kind.MEDICATION, Act.READ)
def treatments(request: AuthenticatedRequest) -> HttpResponse:
    """Show the medicines of today, then those of before."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    found = carried.treatments(request.viewer, who.person_id, at=at)
    return render(request, "patientspace/treatments.html", {"known": found})


@require_safe
@access.requires(Kind.ENCOUNTER, Act.READ)
def course(request: AuthenticatedRequest) -> HttpResponse:
    """Show stays, appointments and documents together, by month."""
    at = timezone.now()
    who = consent.acting(request, at=at)
    months = carried.course(request.viewer, who.person_id, at=at)
    return render(request, "patientspace/course.html", {"months": months, "at": at})
