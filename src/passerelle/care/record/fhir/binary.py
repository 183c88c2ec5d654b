"""The `read` of a Binary: the bytes of a document, in their own type. https://hl7.org/fhir/R4/binary.html#rest."""

import base64

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.answers import answer, not_found
from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.read import uuid_of
from passerelle.care.record.fhir.scope import check_resource
from passerelle.care.record.selectors.store import StoredContent, documents_pointing_at, read_content
from passerelle.core.access.api import Act, AuthenticatedRequest


@interaction("GET", "HEAD")
def read_binary(request: AuthenticatedRequest, id_: str) -> HttpResponse:
    """Give the content of a document that the viewer may open, as a Binary resource."""
    content = read_content(uuid_of(id_))
    if content is None:
        raise not_found()
    pointing = documents_pointing_at(content)
    if not pointing:
        raise not_found()
    check_resource(request.viewer, pointing[0], Act.READ, at=timezone.now())
    return answer(_binary(content))


def _binary(content: StoredContent) -> dict[str, str]:
    data = base64.b64encode(content.content).decode()
    return {"resourceType": "Binary", "id": str(content.id), "contentType": content.mime, "data": data}
