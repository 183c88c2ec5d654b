"""A read or a search inside a bundle: the very interaction of its address, asked for the same viewer."""

from copy import copy

from django.http import HttpResponse, QueryDict
from django.urls import Resolver404, resolve

from passerelle.care.record.fhir.entries import Reading
from passerelle.core.access.api import AuthenticatedRequest
from passerelle.protocols.fhir import api as fhir


def read_inside(request: AuthenticatedRequest, reading: Reading) -> bytes:
    """Return the entry that answers a read: its resource when there is one, its status and version."""
    response = _answer(request, reading)
    told = {"status": str(response.status_code)}
    told |= {"etag": response["ETag"]} if "ETag" in response else {}
    if response.status_code != 200:
        outcome = fhir.loads(response.content) if response.content else None
        return fhir.dumps({"response": told | ({"outcome": outcome} if outcome else {})})
    return b'{"resource":' + response.content + b"," + fhir.dumps({"response": told})[1:]


def _answer(request: AuthenticatedRequest, reading: Reading) -> HttpResponse:
    inner = copy(request)
    inner.method = "GET"
    inner.path = inner.path_info = f"{request.path.rstrip('/')}/{reading.path}"
    inner.META = request.META | {"REQUEST_METHOD": "GET", "QUERY_STRING": reading.query}
    inner.META |= {"HTTP_IF_NONE_MATCH": reading.if_none_match} if reading.if_none_match else {}
    inner.META |= {"HTTP_IF_MODIFIED_SINCE": reading.if_modified_since} if reading.if_modified_since else {}
    inner.__dict__.pop("headers", None)
    inner.__dict__["GET"] = QueryDict(reading.query)
    try:
        found = resolve(inner.path)
    except Resolver404:
        return HttpResponse(status=404)
    answer = found.func(inner, *found.args, **found.kwargs)
    return answer if isinstance(answer, HttpResponse) else HttpResponse(status=404)
