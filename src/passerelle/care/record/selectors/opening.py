"""Opening one document."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.html import escape

from passerelle.care.identity import api as identity
from passerelle.care.record.rules.visibility import restrictions_of, states_of
from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.reading import document_relation
from passerelle.care.record.selectors.relations import relation_to
from passerelle.care.record.selectors.rows import DocumentRow, OpenedDocument, StoredResource
from passerelle.care.record.selectors.store import StoredContent, read, read_content, search
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, State, Viewer
from passerelle.protocols.cda import api as cda
from passerelle.protocols.fhir import api as fhir


def open_document(viewer: Viewer, document_id: UUID, *, at: datetime) -> OpenedDocument:
    """Open a document: a CDA becomes a safe HTML fragment, a PDF its bytes; audited.

    Raises:
        AccessRefused: there is no such document, or the viewer may not open it: the same refusal.
    """
    held = read("DocumentReference", document_id)
    person_id = check_document(viewer, held, document_id, at=at)
    if held is None:  # pragma: no cover - refused just above
        raise access.AccessRefused
    resource = fhir.loads(held.body)
    document = presenting.document_row(
        resource, held.establishment, presenting.places(), replaced_by=_newer(held, document_id)
    )
    return _opened(document, person_id, content_of(resource), resource)


def check_document(viewer: Viewer, held: StoredResource | None, document_id: UUID, *, at: datetime) -> UUID:
    """Decide on the opening of a document, leave the trace, and return whose it is.

    Raises:
        AccessRefused: it does not exist, was withdrawn, or may not be opened.
    """
    target = f"document:{document_id}"
    resource = fhir.loads(held.body) if held and not held.deleted else {}
    if held is None or not resource or resource.get("status") == "entered-in-error":
        access.check(viewer, Kind.DOCUMENT, Act.READ, relation=Relation.NONE, target=target, at=at)
        raise access.AccessRefused
    person_id = identity.person_of(held.local_identity_id)
    relation = document_relation(viewer, relation_to(viewer, person_id, at=at), held.establishment)
    access.check(
        viewer,
        Kind.DOCUMENT,
        Act.READ,
        relation=relation,
        state=_strictest(viewer, relation, states_of(restrictions_of(resource))),
        target=target,
        person_id=person_id,
        at=at,
    )
    return person_id


def _strictest(viewer: Viewer, relation: Relation, states: tuple[State, ...]) -> State:
    """Return the state that decides: one that is refused if there is one."""
    for state in states:
        if not access.allowed(viewer, Kind.DOCUMENT, Act.READ, relation=relation, state=state):
            return state
    return states[0]


def content_of(resource: dict[str, Any]) -> StoredContent | None:
    """Return the bytes a DocumentReference points at."""
    url = str(resource.get("content", [{}])[0].get("attachment", {}).get("url", ""))
    kind, _, id_ = url.partition("/")
    try:
        return read_content(UUID(id_)) if kind == "Binary" else None
    except ValueError:
        return None


def _newer(held: StoredResource, document_id: UUID) -> UUID | None:
    rows = search("DocumentReference", {}, local_identity_ids=[held.local_identity_id], count=500).rows
    others = (fhir.loads(row.body) for row in rows if row.id != document_id)
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
