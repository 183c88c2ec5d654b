"""What a writer wants back, and how a write is answered. https://hl7.org/fhir/R4/http.html#ops."""

from enum import Enum
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from passerelle.care.record.fhir.answers import MIME
from passerelle.care.record.rules.writes import Done
from passerelle.protocols.fhir import api as fhir


class Wanted(Enum):
    """The values of `return` in the Prefer header (RFC 7240)."""

    MINIMAL = "minimal"
    REPRESENTATION = "representation"
    OUTCOME = "OperationOutcome"


_SENTENCES: Final = {200: "Ressource enregistrée.", 201: "Ressource créée.", 204: "Ressource supprimée."}


def wanted(request: HttpRequest, *, default: Wanted = Wanted.REPRESENTATION) -> Wanted:
    """Return what the Prefer header asks; what it does not say, or says otherwise, is the default."""
    for part in request.headers.get("Prefer", "").replace(",", ";").split(";"):
        name, _, value = part.strip().partition("=")
        if name == "return":
            return next((one for one in Wanted if one.value == value.strip('" ')), default)
    return default


def outcome_of(done: Done) -> fhir.Json:
    """Return the OperationOutcome of a write that went well."""
    return fhir.operation_outcome("information", "informational", _SENTENCES[done.status])


def headers_of(done: Done, base: str) -> dict[str, str]:
    """Return the headers of a version: ETag, Last-Modified and, when it was just made, Location."""
    if done.last_updated is None:
        return {}
    told = {"ETag": f'W/"{done.version}"', "Last-Modified": http_date(done.last_updated.timestamp())}
    if done.status == 201:
        told["Location"] = f"{base}{address_of(done)}"
    return told


def address_of(done: Done) -> str:
    """Return the address of a version, from the base of the interface."""
    return f"{done.type}/{done.id}/_history/{done.version}"


def answered(request: HttpRequest, done: Done) -> HttpResponse:
    """Return the answer to one write."""
    wish, base = wanted(request), base_of(request)
    headers = headers_of(done, base)
    if wish is Wanted.OUTCOME:
        status = 200 if done.status == 204 else done.status
        return HttpResponse(fhir.dumps(outcome_of(done)), content_type=MIME, status=status, headers=headers)
    if done.status == 204:
        return HttpResponse(status=204, headers=headers)
    text = done.body if wish is Wanted.REPRESENTATION else ""
    return HttpResponse(text, content_type=MIME, status=done.status, headers=headers)


def base_of(request: HttpRequest) -> str:
    """Return the address of the interface, to its last slash."""
    root = request.path.partition("/fhir/")[0]
    return f"{request.scheme}://{request.get_host()}{root}/fhir/"
