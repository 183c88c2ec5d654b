"""Laboratory results of a record."""

from datetime import datetime
from uuid import UUID

from passerelle.care.record.rules.events import EventKind, event_kind
from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.opened import OpenRecord, bodies, open_record, outline
from passerelle.care.record.selectors.presenting import Places
from passerelle.care.record.selectors.rows import ObservationRow
from passerelle.core.access.api import Kind, Viewer

_WITHDRAWN = frozenset({"cancelled", "entered-in-error"})


def results(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[ObservationRow]:
    """Return the laboratory results, newest first, without measures taken at the bedside; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    return results_of(open_record(viewer, person_id, kind=Kind.OBSERVATION, at=at), where=presenting.places())


def results_of(opened: OpenRecord, *, where: Places) -> list[ObservationRow]:
    """Return the laboratory results of a record already open."""
    pieces = [
        piece
        for piece in outline(opened, ["Observation"])
        if piece.status not in _WITHDRAWN
        and event_kind(piece.type, tuple(piece.codes), tuple(piece.categories)) is EventKind.LABORATORY
    ]
    read = bodies(opened, pieces)
    return [presenting.observation_row(read[one.id], one.establishment, where) for one in pieces if one.id in read]
