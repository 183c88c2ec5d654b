"""The `capabilities` interaction. https://hl7.org/fhir/R4/http.html#capabilities."""

from functools import cache
from typing import Any, Final

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.answers import answer
from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.operations.table import operations_of
from passerelle.care.record.rules.parameters import SEARCHED, references_of
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.protocols.fhir import api as fhir

READS: Final = ("read", "vread", "history-instance", "history-type", "search-type")
WRITES: Final = ("create", "update", "patch", "delete")
SYSTEM: Final = ("history-system", "search-system", "transaction", "batch")
_DEFINITION: Final = "http://hl7.org/fhir/SearchParameter/"
#: Where to ask is said at `.well-known/smart-configuration`, beside this interface.
_SECURITY: Final = {
    "service": [
        {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                    "code": "SMART-on-FHIR",
                }
            ]
        }
    ],
    "description": "Session à deux facteurs, ou jeton SMART (.well-known/smart-configuration).",
}


@interaction("GET", "HEAD", is_open=True)
def metadata(request: AuthenticatedRequest) -> HttpResponse:
    """Say what this server does: made from the tables that do it."""
    del request
    return answer(capability_statement())


def capability_statement() -> dict[str, Any]:
    """Return the CapabilityStatement."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": timezone.localdate().isoformat(),
        "kind": "instance",
        "software": {"name": "Passerelle"},
        "implementation": {"description": "Passerelle, le dossier partagé du groupement"},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "patchFormat": ["application/json-patch+json"],
        "rest": [_rest()],
    }


@cache
def _rest() -> dict[str, Any]:
    binary = {"type": "Binary", "interaction": _codes(("read", "create"))}
    told = {
        "mode": "server",
        "security": _SECURITY,
        "resource": [*(_resource(type_) for type_ in SEARCHED), binary],
        "interaction": _codes(SYSTEM),
        "searchParam": [
            {"name": name, "type": one.kind.value} for name, one in fhir.SEARCH["Binary"].items() if name != "_security"
        ],
        "operation": _operations(""),
        "compartment": [f"http://hl7.org/fhir/CompartmentDefinition/{one.lower()}" for one in fhir.COMPARTMENTS],
    }
    return {name: part for name, part in told.items() if part}


def _codes(codes: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"code": code} for code in codes]


def _operations(type_: str) -> list[dict[str, str]]:
    return [{"name": one.code, "definition": one.definition} for one in operations_of(type_)]


def _resource(type_: str) -> dict[str, Any]:
    told = {
        "type": type_,
        "interaction": _codes((*READS, *WRITES)),
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "full-support",
        "conditionalUpdate": True,
        "conditionalDelete": "single",
        "searchInclude": [f"{type_}:{name}" for name in references_of(type_)],
        "searchRevInclude": sorted(_coming_back(type_)),
        "searchParam": [{"name": name, "type": fhir.SEARCH[type_][name].kind.value} for name in SEARCHED[type_]],
        "operation": _operations(type_),
    }
    return {name: part for name, part in told.items() if part != []}


def _coming_back(type_: str) -> set[str]:
    return {
        f"{source}:{name}"
        for source in SEARCHED
        for name in references_of(source)
        if not (targets := fhir.SEARCH[source][name].targets) or type_ in targets
    }
