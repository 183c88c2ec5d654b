"""Reads for people: every function takes the viewer, and asks the access decision."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.opened import Row, open_record, rows
from passerelle.care.record.selectors.rows import AppointmentRow, DocumentRow, ObservationRow, StayRow, Timeline
from passerelle.core.access.api import Act, Kind, Viewer

_WITHDRAWN = {"entered-in-error", "cancelled"}


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

    `establishments` keeps those, `since` and `until` (inclusive) the stays and pieces that touch these days.

    Raises:
        AccessRefused: the viewer may not read this record (rendered as not found).
    """
    opened = open_record(viewer, person_id, kind=Kind.PATIENT, at=at)
    kept = rows(opened, ("Encounter", "DocumentReference", "Observation", "Appointment"))
    where = presenting.places()
    stays = _stays(kept, where)
    documents = _documents(kept, where)
    results = _observations(kept, where)
    booked = _appointments(kept, where)
    told: list[StayRow | DocumentRow | ObservationRow | AppointmentRow] = [*stays, *documents, *results, *booked]
    present = sorted({(row.establishment, row.establishment_name) for row in told})
    wanted = _Wanted(establishments, since, until)
    return _assembled(
        Timeline(
            person_id=person_id,
            relation=opened.relation,
            stays=tuple(stay for stay in stays if wanted.keeps(stay.establishment, stay.start, stay.end)),
            documents=tuple(row for row in documents if wanted.keeps(row.establishment, row.created_at)),
            observations=tuple(row for row in results if wanted.keeps(row.establishment, row.observed_at)),
            establishments=tuple(present),
            appointments=tuple(row for row in booked if wanted.keeps(row.establishment, row.start, row.end)),
        )
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    establishments: Collection[str] | None
    since: date | None
    until: date | None

    def keeps(self, establishment: str, start: datetime | None, end: datetime | None = None) -> bool:
        if self.establishments is not None and establishment not in self.establishments:
            return False
        first = start.date() if start else None
        last = end.date() if end else first
        too_old = self.since is not None and last is not None and last < self.since
        too_new = self.until is not None and first is not None and first > self.until
        return not (too_old or too_new)


def _assembled(found: Timeline) -> Timeline:
    """Put each document and result in its stay, when the stay is shown."""
    shown = {stay.id for stay in found.stays}
    days = [one.date() for stay in found.stays for one in (stay.start, stay.end) if one]
    days += [row.created_at.date() for row in found.documents if row.created_at]
    days += [row.observed_at.date() for row in found.observations if row.observed_at]
    return replace(
        found,
        stays=tuple(
            replace(
                stay,
                documents=tuple(row for row in found.documents if row.stay_id == stay.id),
                observations=tuple(row for row in found.observations if row.stay_id == stay.id),
            )
            for stay in found.stays
        ),
        documents=tuple(row for row in found.documents if row.stay_id not in shown),
        observations=tuple(row for row in found.observations if row.stay_id not in shown),
        first_date=min(days, default=None),
        last_date=max(days, default=None),
    )


def stays(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[StayRow]:
    """Return the person's stays, newest first, without documents; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    opened = open_record(viewer, person_id, kind=Kind.ENCOUNTER, at=at)
    return _stays(rows(opened, ["Encounter"]), presenting.places())


def documents(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[DocumentRow]:
    """Return the person's current documents, newest first; those the viewer may not know of are absent; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    opened = open_record(viewer, person_id, kind=Kind.DOCUMENT, act=Act.SEARCH, at=at)
    found = _documents(rows(opened, ["DocumentReference"]), presenting.places())
    return [row for row in found if row.status == "current"]


def observations(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[ObservationRow]:
    """Return the person's results, newest first; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    opened = open_record(viewer, person_id, kind=Kind.OBSERVATION, at=at)
    return _observations(rows(opened, ["Observation"]), presenting.places())


def _of_type(kept: Iterable[Row], type_: str) -> Iterator[Row]:
    return (one for one in kept if one.type == type_)


def _stays(kept: Iterable[Row], where: presenting.Places) -> list[StayRow]:
    return [presenting.stay_row(one.resource, one.establishment, where) for one in _of_type(kept, "Encounter")]


def _appointments(kept: Iterable[Row], where: presenting.Places) -> list[AppointmentRow]:
    found = [
        presenting.appointment_row(one.resource, one.establishment, where) for one in _of_type(kept, "Appointment")
    ]
    return sorted((row for row in found if row.start), key=lambda row: (row.start, str(row.id)))


def _observations(kept: Iterable[Row], where: presenting.Places) -> list[ObservationRow]:
    """Return the results that stand: those of a document which is hidden from the viewer were not read."""
    return [
        presenting.observation_row(one.resource, one.establishment, where)
        for one in _of_type(kept, "Observation")
        if one.resource.get("status") not in _WITHDRAWN
    ]


def _documents(kept: Iterable[Row], where: presenting.Places) -> list[DocumentRow]:
    visible = list(_of_type(kept, "DocumentReference"))
    newer = {old: UUID(one.resource["id"]) for one in visible for old in presenting.replaced_ids(one.resource)}
    return [
        presenting.document_row(one.resource, one.establishment, where, replaced_by=newer.get(UUID(one.resource["id"])))
        for one in visible
    ]
