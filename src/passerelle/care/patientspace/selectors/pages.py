"""What each page of the patient shows, gathered through the record with the patient as viewer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from passerelle.care.patientspace.rules import journal as rules
from passerelle.care.patientspace.selectors.journal import latest
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Viewer

RECENT = timedelta(days=30)
_SHOWN_AT_HOME = 3
_NOT_TOLD = frozenset({"entered-in-error", "noshow"})


@dataclass(frozen=True, slots=True)
class Home:
    """« Ce qui vous attend »: `next_stay` is planned, `current_stay` open, `last_stay` over; any may be absent.

    `appointments` are those to come, in order; one that was cancelled stays until its hour has passed. `accesses` is
    None in the space of someone else: the list of accesses would tell what is kept secret.
    """

    appointments: tuple[record.AppointmentRow, ...]
    next_stay: record.StayRow | None
    current_stay: record.StayRow | None
    last_stay: record.StayRow | None
    documents: tuple[record.DocumentRow, ...]
    recent_document_count: int
    accesses: tuple[rules.Line, ...] | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """Documents of one year, and the choices of the filters."""

    years: tuple[tuple[int | None, tuple[record.DocumentRow, ...]], ...]
    types: tuple[tuple[str, str], ...]
    all_years: tuple[int, ...]
    shown: int
    total: int


def home(viewer: Viewer, person_id: UUID, *, at: datetime, known: Collection[UUID] = ()) -> Home:
    """Return what the first page tells, but the appointments `known` elsewhere; the record audits the reading."""
    timeline = record.timeline(viewer, person_id, at=at)
    papers = sorted(every_document(timeline), key=_newest_first)
    planned = [stay for stay in timeline.stays if stay.status == "planned" and stay.start and stay.start > at]
    current = [stay for stay in timeline.stays if stay.status in {"arrived", "in-progress", "onleave"}]
    over = [stay for stay in timeline.stays if stay.status == "finished"]
    coming = [one for one in timeline.appointments if one.end and one.end > at]
    return Home(
        appointments=tuple(one for one in coming if one.status not in _NOT_TOLD and one.id not in known),
        next_stay=min(planned, key=lambda stay: stay.start or at, default=None),
        current_stay=current[0] if current else None,
        last_stay=over[0] if over else None,
        documents=tuple(papers[:_SHOWN_AT_HOME]),
        recent_document_count=sum(_is_recent(document, at) for document in papers),
        accesses=latest(person_id, papers)[:_SHOWN_AT_HOME] if viewer.person_id == person_id else None,
    )


def every_document(timeline: record.Timeline) -> list[record.DocumentRow]:
    """Return the documents of a record, those of stays and the others, without those a newer one replaced."""
    inside = [document for stay in timeline.stays for document in stay.documents]
    return [document for document in [*inside, *timeline.documents] if document.replaced_by is None]


def _newest_first(document: record.DocumentRow) -> tuple[float, str]:
    return (-document.created_at.timestamp() if document.created_at else 0.0, str(document.id))


def _is_recent(document: record.DocumentRow, at: datetime) -> bool:
    return document.created_at is not None and at - RECENT <= document.created_at <= at


def stay(viewer: Viewer, person_id: UUID, stay_id: UUID, *, at: datetime) -> record.StayRow:
    """Return one of the patient's stays, with its documents and results.

    Raises:
        AccessRefused: the patient has no such stay.
    """
    timeline = record.timeline(viewer, person_id, at=at)
    found = next((stay for stay in timeline.stays if stay.id == stay_id), None)
    if found is None:
        raise access.AccessRefused
    return found


def shelf(documents: Sequence[record.DocumentRow], *, year: int | None, type_code: str) -> Shelf:
    """Return documents by year, newest first, kept by year and type when those are given."""
    dated = [(_year(document), document) for document in sorted(documents, key=_newest_first)]
    kept = [
        (its_year, document)
        for its_year, document in dated
        if (year is None or its_year == year) and (not type_code or document.type_code == type_code)
    ]
    order = sorted({its_year for its_year, _ in kept}, key=lambda its_year: -(its_year or 0))
    labels = {document.type_code: document.type_label for document in documents if document.type_code}
    return Shelf(
        years=tuple((each, tuple(document for its_year, document in kept if its_year == each)) for each in order),
        types=tuple(sorted(labels.items(), key=lambda pair: pair[1])),
        all_years=tuple(sorted({its_year for its_year, _ in dated if its_year}, reverse=True)),
        shown=len(kept),
        total=len(documents),
    )


def _year(document: record.DocumentRow) -> int | None:
    return timezone.localdate(document.created_at).year if document.created_at else None


def documents(viewer: Viewer, person_id: UUID, *, at: datetime) -> tuple[record.DocumentRow, ...]:
    """Return the documents that a patient sees today; the reading is audited by the record."""
    return tuple(record.documents(viewer, person_id, at=at))


def document_title(viewer: Viewer, person_id: UUID, document_id: UUID, *, at: datetime) -> str:
    """Return the title of one of the patient's documents.

    Raises:
        AccessRefused: the patient has no such document.
    """
    found = next((one for one in documents(viewer, person_id, at=at) if one.id == document_id), None)
    if found is None:
        raise access.AccessRefused
    return found.title


def holds(viewer: Viewer, person_id: UUID, item: str, item_id: UUID, *, at: datetime) -> bool:
    """Tell whether the record shows this viewer this stay, document or appointment of the person."""
    timeline = record.timeline(viewer, person_id, at=at)
    held = {
        "stay": {stay.id for stay in timeline.stays},
        "document": {document.id for document in every_document(timeline)},
        "appointment": {one.id for one in timeline.appointments},
    }
    return item_id in held[item]
