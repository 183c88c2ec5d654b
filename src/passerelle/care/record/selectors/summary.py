"""The essential of a record on one page: what a colleague needs first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from passerelle.care.record.rules.events import TIMELINE_TYPES, EventKind
from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.analytes import Analyte, analytes_of
from passerelle.care.record.selectors.course_rows import Event
from passerelle.care.record.selectors.events import Telling, drafts_of
from passerelle.care.record.selectors.known import known_of
from passerelle.care.record.selectors.known_rows import Knowledge, Theme
from passerelle.care.record.selectors.opened import OpenRecord, bodies, open_record, outline
from passerelle.care.record.selectors.presenting import Places
from passerelle.care.record.selectors.rows import AppointmentRow, StayRow
from passerelle.core.access.api import Kind, Viewer

_STAYS: Final = 5
_DOCUMENTS: Final = 6
_TAKINGS: Final = 4
_DOCUMENT_KINDS: Final = frozenset({EventKind.LETTER, EventKind.REPORT})


@dataclass(frozen=True, slots=True)
class Summary:
    """What fits on a page: what is known by theme, then the newest of the rest. Nothing is left out without a word.

    `analytes` are those of the last takings, the abnormal ones first; `more_stays` and `more_documents` are not shown.
    """

    person_id: UUID
    knowledge: dict[Theme, Knowledge]
    stays: tuple[StayRow, ...]
    more_stays: int
    analytes: tuple[Analyte, ...]
    documents: tuple[Event, ...]
    more_documents: int
    coming: tuple[AppointmentRow, ...]


def summary(viewer: Viewer, person_id: UUID, *, at: datetime) -> Summary:
    """Return the essential of a record; audited as one reading of the record.

    Raises:
        AccessRefused: the viewer may not read it.
    """
    return summary_of(open_record(viewer, person_id, kind=Kind.PATIENT, at=at), where=presenting.places())


def summary_of(opened: OpenRecord, *, where: Places) -> Summary:
    """Return the essential of a record already open."""
    pieces = outline(opened, tuple(TIMELINE_TYPES))
    drafts = drafts_of(pieces)
    stays = [one for one in pieces if one.type == "Encounter" and one.status != "cancelled"]
    papers = [draft for draft in drafts if draft.kind in _DOCUMENT_KINDS]
    takings = [draft for draft in drafts if draft.kind is EventKind.LABORATORY][:_TAKINGS]
    coming = [
        one for one in pieces if one.type == "Appointment" and one.at > opened.at and one.status not in presenting.OFF
    ]
    shown = [*stays[:_STAYS], *coming, *(piece for draft in [*papers[:_DOCUMENTS], *takings] for piece in draft.pieces)]
    telling = Telling(bodies(opened, shown), where)
    results = [result for draft in takings for result in telling.event(draft).results]
    return Summary(
        person_id=opened.person_id,
        knowledge=known_of(opened, list(Theme), where=where),
        stays=tuple(map(telling.stay, stays[:_STAYS])),
        more_stays=max(0, len(stays) - _STAYS),
        analytes=tuple(analytes_of(results)),
        documents=tuple(map(telling.event, papers[:_DOCUMENTS])),
        more_documents=max(0, len(papers) - _DOCUMENTS),
        coming=tuple(sorted(map(telling.appointment, coming), key=lambda row: (row.start or opened.at, row.id))),
    )
