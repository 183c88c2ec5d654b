"""What is recent or to come in several records at once: the list of a town doctor's patients."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.rows import AppointmentRow, DocumentRow, StayRow
from passerelle.care.record.selectors.sight import Sight, sight_of
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.protocols.fhir import api as fhir

_RECENT: Final = (
    "SELECT held.local_identity_id, held.establishment, held.body FROM record_resource held"
    " WHERE held.local_identity_id = ANY(%s) AND held.type = %s AND NOT held.deleted"
    " AND coalesce(held.date_end, held.date_start, held.last_updated) >= %s AND "
)
_OPEN_STAY: Final = (
    "SELECT held.local_identity_id, held.establishment, held.body FROM record_resource held"
    " WHERE held.local_identity_id = ANY(%s) AND held.type = %s AND NOT held.deleted"
    " AND (held.date_end IS NULL OR held.date_end >= %s) AND "
)
_OFF: Final = frozenset({"entered-in-error", "cancelled", "superseded"})


@dataclass(slots=True)
class News:
    """Of one person, newest first: stays not over or just over, appointments to come, documents, how many results."""

    stays: list[StayRow] = field(default_factory=list)
    appointments: list[AppointmentRow] = field(default_factory=list)
    documents: list[DocumentRow] = field(default_factory=list)
    results: int = 0


def news_of(viewer: Viewer, person_ids: Iterable[UUID], *, since: datetime, at: datetime) -> dict[UUID, News]:
    """Return what happened since a moment, or is to come, for each person, in as many queries for one as for many.

    Traced once, as the list it is.

    Raises:
        AccessRefused: this viewer is the chosen doctor of nobody.
    """
    access.check(viewer, Kind.PATIENT, Act.SEARCH, relation=Relation.CHOSEN, target="patients", at=at)
    asked = list(person_ids)
    found: dict[UUID, News] = {one: News() for one in asked}
    sight = sight_of(viewer, at=at, act=Act.READ, about=asked)
    whose = {file: one.person_id for one in sight.about or () if one.person_id for file in one.identities}
    where = presenting.places()
    for person_id, place, resource in _read(sight, _OPEN_STAY, "Encounter", whose, since):
        found[person_id].stays.append(presenting.stay_row(resource, place, where))
    for person_id, place, resource in _read(sight, _RECENT, "Appointment", whose, at):
        found[person_id].appointments.append(presenting.appointment_row(resource, place, where))
    for person_id, place, resource in _read(sight, _RECENT, "DocumentReference", whose, since):
        found[person_id].documents.append(presenting.document_row(resource, place, where))
    for person_id, _, _ in _read(sight, _RECENT, "Observation", whose, since):
        found[person_id].results += 1
    return {person_id: _ordered(one) for person_id, one in found.items()}


def _ordered(news: News) -> News:
    news.stays.sort(key=lambda row: row.start.timestamp() if row.start else 0.0, reverse=True)
    news.documents.sort(key=lambda row: row.created_at.timestamp() if row.created_at else 0.0, reverse=True)
    news.appointments.sort(key=lambda row: row.start.timestamp() if row.start else 0.0)
    return news


def _read(
    sight: Sight, statement: str, type_: str, whose: Mapping[UUID, UUID], since: datetime
) -> Iterable[tuple[UUID, str, dict[str, object]]]:
    clause = sight.clause(type_, "held")
    with connection.cursor() as cursor:
        cursor.execute(statement + clause.sql, [list(whose), type_, since, *clause.values])
        rows = cursor.fetchall()
    for local_id, place, body in rows:
        resource = fhir.loads(body)
        if resource.get("status") not in _OFF:
            yield whose[local_id], place, resource
