"""The `update` interaction, and its conditional form. https://hl7.org/fhir/R4/http.html#update, #cond-update."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.incoming import criteria_of, id_of, resource_of, version_asked, writing
from passerelle.care.record.fhir.prefer import answered
from passerelle.care.record.rules.writes import UPDATE, Asked, refused
from passerelle.care.record.services.fhir.applying import apply
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.protocols.fhir import api as fhir


@interaction("PUT")
@writing
def update(request: AuthenticatedRequest, type_: str, id_: str) -> HttpResponse:
    """Replace a resource, or make it under the id given; If-Match keeps from writing over what was not read."""
    written = resource_of(request)
    asked = Asked(UPDATE, type_, told_id(written, id_), written, if_match=version_asked(request))
    (done,) = apply([asked], by=request.viewer, at=timezone.now())
    return answered(request, done)


@interaction("PUT")
@writing
def conditional_update(request: AuthenticatedRequest, type_: str) -> HttpResponse:
    """Replace the one resource that criteria find, or make it when they find none."""
    written = resource_of(request)
    own = written.resource.get("id")
    asked = Asked(
        UPDATE,
        type_,
        None if own is None else id_of(str(own)),
        written,
        if_match=version_asked(request),
        criteria=criteria_of(request.META.get("QUERY_STRING")) or {},
    )
    (done,) = apply([asked], by=request.viewer, at=timezone.now())
    return answered(request, done)


def told_id(written: fhir.Written, id_: str) -> UUID:
    """Return the id of an address; the resource sent there says the same.

    Raises:
        WriteRefused: it says another one, none, or this one cannot be an id here.
    """
    if written.resource.get("id") != id_:
        raise refused(400, "invalid", "la ressource porte l’id de son adresse", "id")
    return id_of(id_)
