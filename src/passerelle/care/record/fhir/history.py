"""The `history-instance` interaction. https://hl7.org/fhir/R4/http.html#history."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from passerelle.care.record.fhir.answers import answer, not_found
from passerelle.care.record.fhir.gate import interaction
from passerelle.care.record.fhir.read import uuid_of
from passerelle.care.record.fhir.scope import check_resource
from passerelle.care.record.selectors import store
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.core.access.api import Act, AuthenticatedRequest
from passerelle.protocols.fhir import api as fhir


@interaction("GET", "HEAD")
def history_instance(request: AuthenticatedRequest, type_: str, id_: str) -> HttpResponse:
    """Give every version, newest first; a deletion has no resource."""
    versions = store.history(type_, uuid_of(id_))
    if not versions:
        raise not_found()
    check_resource(request.viewer, versions[0], Act.HISTORY, at=timezone.now())
    url = request.build_absolute_uri(request.path.removesuffix("/_history"))
    told = [(url, fhir.loads(one.body), one.last_updated) for one in versions]
    bundle = fhir.bundle_history(told, self_url=request.build_absolute_uri(), total=len(versions))
    bundle["entry"] = [_entry(entry, one) for entry, one in zip(bundle["entry"], versions, strict=True)]
    return answer(bundle)


def _entry(entry: dict[str, Any], held: StoredResource) -> dict[str, Any]:
    if not held.deleted:
        return entry
    without = {name: part for name, part in entry.items() if name != "resource"}
    request = entry["request"] | {"method": "DELETE"}
    return without | {"request": request, "response": entry["response"] | {"status": "204"}}
