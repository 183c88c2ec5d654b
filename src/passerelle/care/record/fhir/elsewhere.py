"""Addresses this server does not know."""

from django.http import HttpResponse

from passerelle.care.record.fhir.answers import Refusal
from passerelle.care.record.fhir.gate import interaction
from passerelle.core.access.api import AuthenticatedRequest

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@interaction(*_METHODS, is_open=True)
def elsewhere(request: AuthenticatedRequest, path: str = "") -> HttpResponse:
    """Say that there is nothing here."""
    raise Refusal(404, "not-found", f"Adresse inconnue : {request.method} {path[:100]}")
