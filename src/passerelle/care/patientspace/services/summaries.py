"""Writing, for a patient, what a document says in three plain lines."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from passerelle.care.patientspace.models import PlainSummary
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.core.audit import api as audit

MOST_LINES: Final = 3


class TooManyLines(Exception):
    """Trois lignes au plus : gardez l’essentiel."""


class NotOwnDocument(Exception):
    """Seule l’équipe qui a écrit ce document le résume pour son patient."""


@transaction.atomic
def write_summary(
    *, viewer: Viewer, document: record.OpenedDocument, text: str, is_validated: bool, at: datetime
) -> UUID:
    """Keep a summary; once validated, it is what the patient reads, in the name of who validated it.

    Raises:
        TooManyLines: more than three.
        NotOwnDocument: another establishment wrote the document.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise TooManyLines
    if not viewer.has(access.Role.CLINICIAN, document.document.establishment):
        raise NotOwnDocument
    target = f"document:{document.document.id}"
    access.check(
        viewer,
        Kind.DOCUMENT,
        Act.UPDATE,
        relation=Relation.AUTHOR,
        target=target,
        person_id=document.person_id,
        at=at,
    )
    made = PlainSummary.objects.create(
        document_id=document.document.id,
        person_id=document.person_id,
        text="\n".join(lines),
        written_at=at,
        written_by=viewer.account_id or UUID(int=0),
        written_by_name=viewer.name,
        is_validated=is_validated,
    )
    by = viewer.actor(access.Role.CLINICIAN)
    detail = {"summary": "validated" if is_validated else "draft"}
    audit.record(audit.Action.RECORD_WRITTEN, by=by, at=at, target=target, person_id=document.person_id, detail=detail)
    return made.pk
