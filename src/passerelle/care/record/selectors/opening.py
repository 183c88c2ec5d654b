"""Opening one document."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.html import escape

from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.rows import DocumentRow, OpenedDocument, StoredResource
from passerelle.care.record.selectors.sight import Sight, sight_around, sight_of
from passerelle.care.record.selectors.store import StoredContent, read_content
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.protocols.cda import api as cda
from passerelle.protocols.fhir import api as fhir


def open_document(viewer: Viewer, document_id: UUID, *, at: datetime) -> OpenedDocument:
    """Open a document: a CDA becomes a safe HTML fragment, a PDF its bytes; audited.

    Raises:
        AccessRefused: there is no such document, or the viewer may not open it: the same refusal.
    """
    sight = sight_of(viewer, at=at, act=Act.READ, about=())
    target = f"document:{document_id}"
    held = sight.read("DocumentReference", document_id, target=None)
    resource = fhir.loads(held.body) if held and not held.deleted else {}
    if held is None or not resource or resource.get("status") == "entered-in-error":
        access.check(viewer, Kind.DOCUMENT, Act.READ, relation=Relation.NONE, target=target, at=at)
        raise access.AccessRefused
    person_id = sight.check(held, target=target)
    if person_id is None:
        raise access.AccessRefused
    document = presenting.document_row(
        resource, held.establishment, presenting.places(), replaced_by=_newer(sight, held, document_id)
    )
    return _opened(document, person_id, content_of(resource), resource)


def content_of(resource: dict[str, Any]) -> StoredContent | None:
    """Return the bytes a DocumentReference points at."""
    url = str(resource.get("content", [{}])[0].get("attachment", {}).get("url", ""))
    kind, _, id_ = url.partition("/")
    try:
        return read_content(UUID(id_)) if kind == "Binary" else None
    except ValueError:
        return None


def _newer(sight: Sight, held: StoredResource, document_id: UUID) -> UUID | None:
    """Return the document that replaces this one, when the viewer may know of it."""
    seen = sight_around(sight.viewer, [held.local_identity_id], at=sight.at, act=Act.READ)
    clause = seen.clause("DocumentReference", "held")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT held.body FROM record_resource held WHERE held.local_identity_id = %s"  # noqa: S608 - our words
            " AND held.type = 'DocumentReference' AND NOT held.deleted AND position(%s IN held.body) > 0"
            f" AND held.id <> %s AND {clause.sql} ORDER BY held.last_updated DESC, held.id",
            [held.local_identity_id, f"DocumentReference/{document_id}", document_id, *clause.values],
        )
        others = [fhir.loads(body) for (body,) in cursor.fetchall()]
    return next((UUID(one["id"]) for one in others if document_id in presenting.replaced_ids(one)), None)


def _opened(
    document: DocumentRow, person_id: UUID, content: StoredContent | None, resource: dict[str, Any]
) -> OpenedDocument:
    metadata = _metadata(document, resource)
    shell = OpenedDocument(document, person_id, "other", document.mime, "", b"", metadata)
    if content is None:
        return shell
    shell = replace(shell, content=content.content)
    if content.mime == "application/pdf":
        return replace(shell, kind="pdf")
    if content.mime in {"text/xml", "application/xml"}:
        return _opened_cda(shell, content.content)
    if content.mime.startswith("text/"):
        return replace(shell, kind="text", html=_as_text(content.content))
    return shell


def _opened_cda(shell: OpenedDocument, content: bytes) -> OpenedDocument:
    try:
        document = cda.read(content)
    except cda.CdaError:
        return replace(shell, kind="text", html=_as_text(content))
    if document.body_kind != "structured" and document.pdf is not None:
        return replace(shell, kind="pdf", mime="application/pdf", content=document.pdf)
    return replace(shell, kind="html", html=cda.to_html(document))


def _as_text(content: bytes) -> str:
    return f"<pre>{escape(content.decode(errors='replace'))}</pre>"


def _metadata(document: DocumentRow, resource: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    told = (
        ("Type", document.type_label),
        ("Code", document.type_code),
        ("Auteur", document.author),
        ("Établissement", document.establishment_name),
        ("Identifiant unique", str(resource.get("masterIdentifier", {}).get("value", ""))),
        ("Version dans Passerelle", str(resource.get("meta", {}).get("versionId", ""))),
    )
    return tuple((label, value) for label, value in told if value)
