"""The PDF copy of a document of the record."""

from uuid import UUID

from passerelle.care.record import api as record
from passerelle.protocols.fhir import api as fhir


def pdf_of(document_id: UUID) -> bytes | None:
    """Return the PDF among the contents of a document, None when it has none.

    A machine read: the caller has asked the access decision.
    """
    held = record.read("DocumentReference", document_id)
    resource = fhir.loads(held.body) if held and not held.deleted else {}
    attached = [one.get("attachment", {}) for one in resource.get("content", [])]
    url = next((str(one.get("url", "")) for one in attached if one.get("contentType") == "application/pdf"), "")
    kind, _, id_ = url.partition("/")
    found = record.read_content(UUID(id_)) if kind == "Binary" else None
    return found.content if found else None
