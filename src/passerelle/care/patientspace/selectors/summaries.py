"""The plain lines that patients read under their documents."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.patientspace.models import PlainSummary


@dataclass(frozen=True, slots=True)
class Plain:
    """A summary: its lines, who answers for it, and when."""

    lines: tuple[str, ...]
    by: str
    at: datetime
    is_validated: bool = True


def plain_summaries(document_ids: Collection[UUID]) -> dict[UUID, Plain]:
    """Return the last validated summary of each of these documents that has one, in one query."""
    rows = PlainSummary.objects.filter(document_id__in=document_ids, is_validated=True)
    latest = rows.order_by("document_id", "-written_at", "id").distinct("document_id")
    return {row.document_id: _plain(row) for row in latest}


def last_summary(document_id: UUID) -> Plain | None:
    """Return the last summary written of a document, validated or not."""
    row = PlainSummary.objects.filter(document_id=document_id).order_by("-written_at", "id").first()
    return _plain(row) if row else None


def _plain(row: PlainSummary) -> Plain:
    return Plain(tuple(row.text.splitlines()), row.written_by_name, row.written_at, row.is_validated)
