"""The `patch` interaction by JSON Patch, and its conditional form. https://hl7.org/fhir/R4/http.html#patch."""

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.incoming import JSON_PATCH, body_of, criteria_of, version_asked, writing
from passerelle.care.record.fhir.prefer import answered
from passerelle.care.record.fhir.read import uuid_of
from passerelle.care.record.rules.writes import PATCH, Asked, refused
from passerelle.care.record.services.fhir.applying import apply
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.protocols.fhir import api as fhir


@interaction("PATCH")
@writing
def patch(request: AuthenticatedRequest, type_: str, id_: str) -> HttpResponse:
    """Change a resource where the operations say, and nowhere else."""
    operations = operations_of(body_of(request, JSON_PATCH))
    asked = Asked(PATCH, type_, uuid_of(id_), operations=operations, if_match=version_asked(request))
    (done,) = apply([asked], by=request.viewer, at=timezone.now())
    return answered(request, done)


@interaction("PATCH")
@writing
def conditional_patch(request: AuthenticatedRequest, type_: str) -> HttpResponse:
    """Change the one resource that criteria find."""
    operations = operations_of(body_of(request, JSON_PATCH))
    criteria = criteria_of(request.META.get("QUERY_STRING")) or {}
    asked = Asked(PATCH, type_, operations=operations, if_match=version_asked(request), criteria=criteria)
    (done,) = apply([asked], by=request.viewer, at=timezone.now())
    return answered(request, done)


def operations_of(content: bytes) -> object:
    """Return the operations of a JSON Patch, decimals as they are written.

    Raises:
        WriteRefused: it is not JSON.
    """
    try:
        return fhir.read_exact(content)
    except fhir.FhirError as fault:
        raise refused(400, "structure", fault.why, fault.where) from fault
