"""The bytes of documents written by FHIR: kept once, under the patient of the document that points at them."""

import base64
import binascii
from collections.abc import Sequence
from uuid import UUID

from passerelle.care.record.rules.writes import Asked, Done, named_in, refused
from passerelle.care.record.selectors.rows import StoredResource
from passerelle.care.record.services.contents import put_content
from passerelle.care.record.services.fhir.held import Key, targets_anywhere
from passerelle.care.record.services.writing import to_the_millisecond
from passerelle.protocols.fhir import api as fhir


def owner_of_binary(key: Key, resource: fhir.Json, asked: Sequence[Asked]) -> UUID | None:
    """Return whose a Binary is: of its securityContext, else of what points at it in the same transaction."""
    context = resource.get("securityContext", {}).get("reference", "")
    if context.startswith("Patient/"):
        return named_in("Binary", resource).local_identity_id
    target = fhir.local_target(context)
    held = targets_anywhere([target]).get(target) if target else None
    if held is not None:
        return held.local_identity_id
    pointed = f'"{key[0]}/{key[1]}"'.encode()
    for one in asked:
        if one.written is not None and one.type != "Binary" and pointed in one.written.text:
            return named_in(one.type, one.written.resource).local_identity_id
    return None


def content_of(resource: fhir.Json) -> bytes:
    """Return the bytes of a Binary.

    Raises:
        WriteRefused: its base64 cannot be read.
    """
    try:
        return base64.b64decode("".join(resource.get("data", "").split()), validate=True)
    except binascii.Error as fault:
        raise refused(422, "value", "base64 illisible", "Binary.data") from fault


def keep(candidate: StoredResource, resource: fhir.Json, content: bytes) -> Done:
    """Keep the bytes of a Binary that was decided upon."""
    moment = to_the_millisecond(candidate.last_updated)
    whose = candidate.local_identity_id
    mime = str(resource["contentType"])
    put_content(content, mime=mime, local_identity_id=whose, at=moment, id_=candidate.id)
    body = fhir.spliced(candidate.body.encode(), str(candidate.id), version=1, at=moment).decode()
    return Done(201, "Binary", candidate.id, 1, moment, body)
