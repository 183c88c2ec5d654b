"""Reads for people: every function takes the viewer, and asks the access decision."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from passerelle.care.identity import api as identity
from passerelle.care.record.rules.visibility import restrictions_of, states_of
from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.relations import relation_with, workplaces
from passerelle.care.record.selectors.rows import AppointmentRow, DocumentRow, ObservationRow, StayRow, Timeline
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.protocols.fhir import api as fhir

_WITHDRAWN = {"entered-in-error", "cancelled"}


@dataclass(frozen=True, slots=True)
class _Kept:
    type: str
    establishment: str
    resource: dict[str, Any]


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
    known = identity.local_identities(person_id)
    relation = relation_with(viewer, person_id, known, at=at)
    _check(viewer, Kind.PATIENT, relation, person_id, at)
    kept = _kept(known, ("Encounter", "DocumentReference", "Observation", "Appointment"))
    where = presenting.places()
    stays = _stays(viewer, relation, kept, where)
    documents = _documents(viewer, relation, kept, where)
    results = _observations(viewer, relation, kept, where)
    booked = _appointments(viewer, relation, kept, where)
    rows: list[StayRow | DocumentRow | ObservationRow | AppointmentRow] = [*stays, *documents, *results, *booked]
    present = sorted({(row.establishment, row.establishment_name) for row in rows})
    wanted = _Wanted(establishments, since, until)
    return _assembled(
        Timeline(
            person_id=person_id,
            relation=relation,
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
    relation, kept = _read(viewer, Kind.ENCOUNTER, person_id, "Encounter", at)
    return _stays(viewer, relation, kept, presenting.places())


def documents(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[DocumentRow]:
    """Return the person's current documents, newest first; those the viewer may not know of are absent; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    relation, kept = _read(viewer, Kind.DOCUMENT, person_id, "DocumentReference", at)
    found = _documents(viewer, relation, kept, presenting.places())
    return [row for row in found if row.status == "current"]


def observations(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[ObservationRow]:
    """Return the person's results, newest first; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    relation, kept = _read(viewer, Kind.OBSERVATION, person_id, "Observation", at)
    return _observations(viewer, relation, kept, presenting.places())


def _read(viewer: Viewer, kind: Kind, person_id: UUID, type_: str, at: datetime) -> tuple[Relation, list[_Kept]]:
    known = identity.local_identities(person_id)
    relation = relation_with(viewer, person_id, known, at=at)
    act = Act.SEARCH if kind is Kind.DOCUMENT else Act.READ
    _check(viewer, kind, relation, person_id, at, act=act)
    return relation, _kept(known, (type_,))


def _check(
    viewer: Viewer, kind: Kind, relation: Relation, person_id: UUID, at: datetime, *, act: Act = Act.READ
) -> None:
    access.check(viewer, kind, act, relation=relation, target=f"{kind.value}:{person_id}", person_id=person_id, at=at)


def _kept(known: Iterable[identity.LocalIdentityRef], types: tuple[str, ...]) -> list[_Kept]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, establishment, body FROM record_resource WHERE local_identity_id = ANY(%s)"
            " AND type = ANY(%s) AND NOT deleted ORDER BY date_start DESC NULLS LAST, id",
            [[one.id for one in known], list(types)],
        )
        rows = cursor.fetchall()
    found = (_Kept(type_, establishment, fhir.loads(body)) for type_, establishment, body in rows)
    return [one for one in found if one.resource.get("status") != "entered-in-error"]


def _of_type(kept: Iterable[_Kept], type_: str) -> Iterator[_Kept]:
    return (one for one in kept if one.type == type_)


def _stays(viewer: Viewer, relation: Relation, kept: list[_Kept], where: presenting.Places) -> list[StayRow]:
    if not access.allowed(viewer, Kind.ENCOUNTER, Act.READ, relation=relation):
        return []
    return [presenting.stay_row(one.resource, one.establishment, where) for one in _of_type(kept, "Encounter")]


def _appointments(
    viewer: Viewer, relation: Relation, kept: list[_Kept], where: presenting.Places
) -> list[AppointmentRow]:
    if not access.allowed(viewer, Kind.APPOINTMENT, Act.READ, relation=relation):
        return []
    rows = [presenting.appointment_row(one.resource, one.establishment, where) for one in _of_type(kept, "Appointment")]
    return sorted((row for row in rows if row.start), key=lambda row: (row.start, str(row.id)))


def _observations(
    viewer: Viewer, relation: Relation, kept: list[_Kept], where: presenting.Places
) -> list[ObservationRow]:
    """Return the results; those that came in a document which is hidden from the viewer are hidden as it is."""
    if not access.allowed(viewer, Kind.OBSERVATION, Act.READ, relation=relation):
        return []
    return [
        presenting.observation_row(one.resource, one.establishment, where)
        for one in _of_type(kept, "Observation")
        if one.resource.get("status") not in _WITHDRAWN
        and may_know(viewer, relation, one.resource, one.establishment, kind=Kind.OBSERVATION)
    ]


def _documents(viewer: Viewer, relation: Relation, kept: list[_Kept], where: presenting.Places) -> list[DocumentRow]:
    visible = [
        one
        for one in _of_type(kept, "DocumentReference")
        if may_know(viewer, relation, one.resource, one.establishment)
    ]
    newer = {old: UUID(one.resource["id"]) for one in visible for old in presenting.replaced_ids(one.resource)}
    return [
        presenting.document_row(one.resource, one.establishment, where, replaced_by=newer.get(UUID(one.resource["id"])))
        for one in visible
    ]


def may_know(
    viewer: Viewer, relation: Relation, resource: dict[str, Any], establishment: str, *, kind: Kind = Kind.DOCUMENT
) -> bool:
    """Tell whether a document or a result may be shown in a list: every one of its states must be allowed."""
    tied = document_relation(viewer, relation, establishment)
    return all(
        access.allowed(viewer, kind, Act.READ, relation=tied, state=state)
        for state in states_of(restrictions_of(resource))
    )


def document_relation(viewer: Viewer, relation: Relation, establishment: str) -> Relation:
    """Return the tie to one document: its author's team when the viewer works there and cares for the patient."""
    if relation in {Relation.TREATING, Relation.EMERGENCY} and establishment in workplaces(viewer):
        return Relation.AUTHOR
    return relation
