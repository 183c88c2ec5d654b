"""Tell the FHIR servers and the subscribers of a resource that has changed."""

import logging
from datetime import datetime
from typing import Final

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.rules.criteria import meets
from passerelle.care.delivery.services import book
from passerelle.care.delivery.services.publishing import Outgoing, put
from passerelle.protocols import fhir

_log = logging.getLogger(__name__)
_KINDS: Final = frozenset({"fhir", "resthook"})


def has_followers(kind: str) -> bool:
    """Tell whether somebody wants this type of resource; asked for each one stored, so it looks in memory only."""
    return bool(book.followers_of_resources(kind))


def publish_resource(resource: fhir.Json, *, establishment: str, at: datetime) -> int:
    """Put a resource, as stored (id, `meta.versionId`), in the queue of who subscribed to it; return how many.

    The rows belong to the caller's transaction; each version goes once to each. Without subscriber nothing is asked.
    """
    kind = str(resource.get("resourceType", ""))
    wanted = [one for one in book.followers_of_resources(kind) if _is_for(one, resource, establishment)]
    if not wanted:
        return 0
    version = (resource.get("meta") or {}).get("versionId", "")
    name = f"{kind}/{resource.get('id', '')}"
    outgoing = Outgoing(
        payload=fhir.dumps(resource),
        code=kind,
        trigger="",
        keys=(_patient_of(resource),),
        establishment=establishment,
        cause=f"{name}/_history/{version}",
        control_id=name,
    )
    for destination in wanted:
        put(outgoing, destination, at=at)
    return len(wanted)


def _is_for(destination: Destination, resource: fhir.Json, establishment: str) -> bool:
    if destination.establishment not in {None, establishment}:
        return False
    criteria = str(destination.transport.options.get("criteria", ""))
    if not criteria:
        return True
    try:
        return meets(resource, criteria)
    except fhir.FhirError as error:
        _log.warning("criteria of destination %s: %s", destination.code, error.why)
        return False


def _patient_of(resource: fhir.Json) -> str:
    """Return the lane of a resource: its patient, else itself."""
    subject = resource.get("subject") or resource.get("patient")
    if isinstance(subject, dict) and subject.get("reference"):
        return str(subject["reference"])
    return f"{resource.get('resourceType', '')}/{resource.get('id', '')}"
