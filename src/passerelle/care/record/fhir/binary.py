"""The `read` of a Binary, ITI-68 of MHD: the bytes of a document, as a resource or in their own type.

https://hl7.org/fhir/R4/binary.html#rest, https://profiles.ihe.net/ITI/MHD/ITI-68.html.
"""

import base64
from typing import Final

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.answers import Refusal, answer, not_found
from passerelle.care.record.fhir.gate import JSON, interaction
from passerelle.care.record.fhir.read import uuid_of
from passerelle.care.record.fhir.scope import check_resource
from passerelle.care.record.selectors.store import StoredContent, documents_pointing_at, read_content
from passerelle.core.access.api import Act, AuthenticatedRequest

_ANY: Final = frozenset({"", "*/*"})
#: What a browser must not run in our name, whatever the document holds.
_INERT: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Content-Disposition": "attachment",
}


@interaction("GET", "HEAD", any_format=True)
def read_binary(request: AuthenticatedRequest, id_: str) -> HttpResponse:
    """Give the content of a document that the viewer may open: a Binary when FHIR is asked for, else the bytes."""
    content = read_content(uuid_of(id_))
    if content is None:
        raise not_found()
    pointing = documents_pointing_at(content)
    if not pointing:
        raise not_found()
    check_resource(request.viewer, pointing[0], Act.READ, at=timezone.now())
    wanted = _wanted(request)
    if wanted & JSON:
        return answer(_binary(content))
    if not wanted & {*_ANY, content.mime, f"{content.mime.partition('/')[0]}/*"}:
        raise Refusal(406, "not-supported", f"Ce document est de type {content.mime}.")
    return HttpResponse(content.content, content_type=content.mime, headers=_INERT)


def _wanted(request: AuthenticatedRequest) -> frozenset[str]:
    told = request.GET.get("_format")
    ranges = [told] if told is not None else request.headers.get("Accept", "").split(",")
    return frozenset(one.partition(";")[0].strip().lower() for one in ranges)


def _binary(content: StoredContent) -> dict[str, str]:
    data = base64.b64encode(content.content).decode()
    return {"resourceType": "Binary", "id": str(content.id), "contentType": content.mime, "data": data}
