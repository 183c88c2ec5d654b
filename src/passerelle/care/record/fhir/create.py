"""The `create` interaction, and its conditional form. https://hl7.org/fhir/R4/http.html#create, #ccreate."""

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.incoming import criteria_of, resource_of, writing
from passerelle.care.record.fhir.prefer import answered
from passerelle.care.record.rules.writes import CREATE, Asked
from passerelle.care.record.services.fhir.applying import apply
from passerelle.core.access.api import AuthenticatedRequest


@interaction("POST")
@writing
def create(request: AuthenticatedRequest, type_: str) -> HttpResponse:
    """Make a resource under an id that the server gives; nothing when If-None-Exist finds one already."""
    return _created(request, type_)


@interaction("POST")
@writing
def create_binary(request: AuthenticatedRequest) -> HttpResponse:
    """Keep the bytes of a document, told as a Binary resource. https://hl7.org/fhir/R4/binary.html#rest."""
    return _created(request, "Binary")


def _created(request: AuthenticatedRequest, type_: str) -> HttpResponse:
    criteria = criteria_of(request.headers.get("If-None-Exist"))
    asked = Asked(CREATE, type_, written=resource_of(request), if_none_exist=criteria)
    (done,) = apply([asked], by=request.viewer, at=timezone.now())
    return answered(request, done)
