"""The `read` and `vread` interactions.

https://hl7.org/fhir/R4/http.html#read and https://hl7.org/fhir/R4/http.html#vread
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import parse_http_date_safe

from passerelle.care.identity import api as identity
from passerelle.care.record.fhir.answers import MIME, Refusal, answer, not_found, version_headers
from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.scope import check_scopes
from passerelle.care.record.selectors import store
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.selectors.sight import Sight
from passerelle.core.access.api import Act, AuthenticatedRequest
from passerelle.protocols.fhir import api as fhir


@interaction("GET", "HEAD")
def read(request: AuthenticatedRequest, type_: str, id_: str) -> HttpResponse:
    """Give the current version; 304 when the reader has it, 410 when it was deleted."""
    check_scopes(request.viewer, type_, Act.READ)
    sight = Sight(request.viewer, at=timezone.now(), act=Act.READ)
    held = sight.read(type_, uuid_of(id_))
    if held is None:
        raise not_found()
    person_id = sight.check(held)
    if held.deleted:
        raise Refusal(410, "deleted", "Cette ressource a été supprimée.")
    if is_known(request, held):
        return HttpResponse(status=304, headers=version_headers(held))
    if held.type == "Patient":
        return answer(shown(held, person_id), headers=version_headers(held))
    return HttpResponse(held.body, content_type=MIME, headers=version_headers(held))


def is_known(request: HttpRequest, held: StoredResource) -> bool:
    """Tell whether the reader has this version already. https://hl7.org/fhir/R4/http.html#cread."""
    tags = request.META.get("HTTP_IF_NONE_MATCH")
    if tags is not None:
        return f'"{held.version}"' in tags or tags.strip() == "*"
    told = request.META.get("HTTP_IF_MODIFIED_SINCE")
    since = parse_http_date_safe(told) if told else None
    return since is not None and int(held.last_updated.timestamp()) <= since


@interaction("GET", "HEAD")
def vread(request: AuthenticatedRequest, type_: str, id_: str, version: str) -> HttpResponse:
    """Give one version, as it was."""
    check_scopes(request.viewer, type_, Act.HISTORY)
    sight = Sight(request.viewer, at=timezone.now(), act=Act.HISTORY)
    current = sight.read(type_, uuid_of(id_))
    if current is None:
        raise not_found()
    sight.check(current)
    held = store.read_version(type_, current.id, int(version)) if version.isdecimal() and len(version) < 9 else None
    if held is None:
        raise not_found()
    if held.deleted:
        raise Refusal(410, "deleted", "Cette version est une suppression.")
    return HttpResponse(held.body, content_type=MIME, headers=version_headers(held))


def uuid_of(text: str) -> UUID:
    """Return the id of an address.

    Raises:
        Refusal: it is not one of ours, so nothing is there.
    """
    try:
        return UUID(text)
    except ValueError:
        raise not_found() from None


def shown(held: StoredResource, person_id: UUID | None = None) -> dict[str, Any]:
    """Return a resource as given to a reader: a Patient links to the person's other local identities."""
    resource = fhir.loads(held.body)
    if held.type != "Patient":
        return resource
    person = person_id or identity.person_of(held.local_identity_id)
    links = list(resource.get("link", []))
    linked = {link["other"]["reference"] for link in links} | {f"Patient/{held.id}"}
    others = [f"Patient/{one.id}" for one in identity.local_identities(person) if one.superseded_by is None]
    links += [{"other": {"reference": one}, "type": "seealso"} for one in others if one not in linked]
    return resource | ({"link": links} if links else {})
