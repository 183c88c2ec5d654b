"""What is answered when the house itself fails: a page to people, an OperationOutcome to whoever speaks FHIR."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.defaults import server_error

from passerelle.protocols.fhir import api as fhir

_FHIR: Final = "/fhir"
_SORRY: Final = "Le serveur n’a pas pu répondre. Rien n’a été écrit à moitié ; recommencez plus tard."


def failed(request: HttpRequest) -> HttpResponse:
    """Answer a fault of ours, without a word of what it is."""
    if request.path_info != _FHIR and not request.path_info.startswith(f"{_FHIR}/"):
        return server_error(request)
    told = fhir.dumps(fhir.operation_outcome("fatal", "exception", _SORRY, []))
    return HttpResponse(told, content_type="application/fhir+json; fhirVersion=4.0; charset=utf-8", status=500)
