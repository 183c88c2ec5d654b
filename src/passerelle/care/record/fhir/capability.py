"""The `capabilities` interaction. https://hl7.org/fhir/R4/http.html#capabilities."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.answers import answer
from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.rules.parameters import SEARCHED
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.protocols.fhir import api as fhir

INTERACTIONS = ("read", "vread", "history-instance", "search-type")


@interaction("GET", "HEAD", is_open=True)
def metadata(request: AuthenticatedRequest) -> HttpResponse:
    """Say what this server does: made from the tables that do it."""
    del request
    return answer(capability_statement())


def capability_statement() -> dict[str, Any]:
    """Return the CapabilityStatement."""
    resources = [_resource(type_) for type_ in SEARCHED]
    binary = {"type": "Binary", "interaction": [{"code": "read"}]}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": timezone.localdate().isoformat(),
        "kind": "instance",
        "software": {"name": "Passerelle"},
        "implementation": {"description": "Passerelle, le dossier partagé du groupement"},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [{"mode": "server", "resource": [*resources, binary]}],
    }


def _resource(type_: str) -> dict[str, Any]:
    return {
        "type": type_,
        "interaction": [{"code": code} for code in INTERACTIONS],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": False,
        "searchParam": [{"name": name, "type": fhir.SEARCH[type_][name].kind.value} for name in SEARCHED[type_]],
    }
