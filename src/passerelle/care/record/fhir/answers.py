"""What the FHIR interface answers: resources, and an OperationOutcome for whatever goes wrong."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.http import http_date

from passerelle.care.record.selectors.rows import StoredResource
from passerelle.protocols.fhir import api as fhir

MIME = "application/fhir+json; fhirVersion=4.0; charset=utf-8"


class Refusal(Exception):
    """A request that gets no resource: a status, a code of the value set issue-type, and a French sentence."""

    def __init__(self, status: int, code: str, why: str, expression: str = "") -> None:
        super().__init__(why)
        self.status, self.code, self.why, self.expression = status, code, why, expression


def not_found() -> Refusal:
    """Return the one answer to what does not exist and to what this viewer may not see."""
    return Refusal(404, "not-found", "Cette ressource n’existe pas.")


def outcome(refusal: Refusal, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a refusal as an OperationOutcome."""
    expression = [refusal.expression] if refusal.expression else []
    return answer(
        fhir.operation_outcome("error", refusal.code, refusal.why, expression), status=refusal.status, headers=headers
    )


def answer(resource: dict[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a resource as FHIR JSON."""
    return HttpResponse(fhir.dumps(resource), content_type=MIME, status=status, headers=dict(headers or {}))


def version_headers(held: StoredResource) -> dict[str, str]:
    """Return the headers that tell a version apart."""
    return {"ETag": f'W/"{held.version}"', "Last-Modified": http_date(held.last_updated.timestamp())}
