"""The `delete` interaction, and its conditional form. https://hl7.org/fhir/R4/http.html#delete, #3.1.0.7.1."""

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.incoming import criteria_of, version_asked, writing
from passerelle.care.record.fhir.prefer import answered
from passerelle.care.record.fhir.read import uuid_of
from passerelle.care.record.rules.writes import DELETE, Asked
from passerelle.care.record.services.fhir.applying import apply
from passerelle.core.access.api import AuthenticatedRequest


@interaction("DELETE")
@writing
def delete(request: AuthenticatedRequest, type_: str, id_: str) -> HttpResponse:
    """Delete a resource: its versions stay in its history, it is found no more."""
    asked = Asked(DELETE, type_, uuid_of(id_), if_match=version_asked(request))
    (done,) = apply([asked], by=request.viewer, at=timezone.now())
    return answered(request, done)


@interaction("DELETE")
@writing
def conditional_delete(request: AuthenticatedRequest, type_: str) -> HttpResponse:
    """Delete the one resource that criteria find; none is no fault, several are refused."""
    criteria = criteria_of(request.META.get("QUERY_STRING")) or {}
    asked = Asked(DELETE, type_, criteria=criteria, if_match=version_asked(request))
    (done,) = apply([asked], by=request.viewer, at=timezone.now())
    return answered(request, done)
