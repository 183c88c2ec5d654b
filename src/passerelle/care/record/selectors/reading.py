"""Reads for people: every function takes the viewer, and asks the access decision."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from passerelle.care.record.selectors.rows import DocumentRow, ObservationRow, OpenedDocument, StayRow, Timeline
from passerelle.core.access.api import Relation, Viewer


def relation_to(viewer: Viewer, person_id: UUID, *, at: datetime) -> Relation:
    """Return what the viewer is to this person: self, treating, emergency, establishment or none.

    Treating: an establishment of the viewer has, or had within the legal delay, a stay of the person.
    """
    raise NotImplementedError


def timeline(
    viewer: Viewer,
    person_id: UUID,
    *,
    at: datetime,
    establishments: Collection[str] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Timeline:
    """Return the person's record over all establishments, newest first; audited as one record reading.

    Raises:
        AccessRefused: the viewer may not read this record (rendered as not found).
    """
    raise NotImplementedError


def stays(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[StayRow]:
    """Return the person's stays, newest first, without documents; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    raise NotImplementedError


def documents(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[DocumentRow]:
    """Return the person's current documents, newest first; those the viewer may not know of are absent; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    raise NotImplementedError


def observations(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[ObservationRow]:
    """Return the person's results, newest first; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    raise NotImplementedError


def open_document(viewer: Viewer, document_id: UUID, *, at: datetime) -> OpenedDocument:
    """Open a document: a CDA becomes a safe HTML fragment, a PDF its bytes; audited.

    Raises:
        AccessRefused: there is no such document, or the viewer may not open it: the same refusal.
    """
    raise NotImplementedError
