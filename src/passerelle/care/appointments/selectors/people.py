"""What people may see of appointments: the decision, then the rows."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from passerelle.care.appointments.models import Booking
from passerelle.care.appointments.rules.vocabulary import State
from passerelle.care.appointments.selectors.bookings import NoSuchAppointment, appointment_row, rows_of
from passerelle.care.appointments.selectors.rows import AppointmentRow
from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Role, Viewer
from passerelle.core.access.api import State as Particular

_HIDDEN = (State.HELD.value, State.RELEASED.value)


def relation_to_file(viewer: Viewer, person_id: UUID | None, establishment: str, *, at: datetime) -> Relation:
    """Return what ties a viewer to an appointment: the person, the team that holds it, the desk, the chosen doctor."""
    if viewer.has(Role.CLINICIAN, establishment):
        return Relation.AUTHOR
    if viewer.has(Role.ADMISSION_CLERK, establishment):
        return Relation.ESTABLISHMENT
    return relation_to_person(viewer, person_id, at=at) if person_id is not None else Relation.NONE


def relation_to_person(viewer: Viewer, person_id: UUID, *, at: datetime) -> Relation:
    """Return what ties a viewer to a person."""
    if viewer.person_id == person_id:
        return Relation.SELF
    if viewer.person_id is not None and consent.is_representative(viewer.person_id, person_id, at=at):
        return Relation.REPRESENTATIVE
    return record.relation_to(viewer, person_id, at=at)


def particular(appointment_id: UUID, restrictions: consent.Restrictions) -> Particular:
    """Return what is particular to an appointment: a minor's secret, a protected identity."""
    if appointment_id in restrictions.secret_items:
        return Particular.MINOR_SECRET
    return Particular.PROTECTED if restrictions.is_protected else Particular.NORMAL


def upcoming(viewer: Viewer, person_id: UUID, at: datetime) -> list[AppointmentRow]:
    """Return the appointments a person is expected at from now on, the next one first, within the viewer's sight.

    Those of today stay until the day is over. No trace is left: the page that shows them leaves its own.
    """
    return _of_person(viewer, person_id, at, is_past=False)


def past(viewer: Viewer, person_id: UUID, at: datetime, *, limit: int = 20) -> list[AppointmentRow]:
    """Return the appointments that are over or off, the latest first, within the viewer's sight."""
    return _of_person(viewer, person_id, at, is_past=True)[:limit]


def _of_person(viewer: Viewer, person_id: UUID, at: datetime, *, is_past: bool) -> list[AppointmentRow]:
    relation = relation_to_person(viewer, person_id, at=at)
    files = [one.id for one in identity.local_identities(person_id)]
    rows = Booking.objects.of(*files).exclude(state__in=_HIDDEN)
    if is_past:
        rows = rows.exclude(pk__in=rows.expected().filter(ends_at__gt=at).values("pk")).order_by("-starts_at", "id")
    else:
        rows = rows.expected().filter(ends_at__gt=at).order_by("starts_at", "id")
    held = list(rows.select_related("agenda", "kind"))
    if not held:
        return []
    restrictions = consent.restrictions_of([person_id], at=at)[person_id]
    seen = [
        row
        for row in held
        if access.allowed(viewer, Kind.APPOINTMENT, Act.READ, relation=relation, state=particular(row.pk, restrictions))
    ]
    return rows_of(seen)


def appointment(viewer: Viewer, appointment_id: UUID, at: datetime, *, act: Act = Act.READ) -> AppointmentRow:
    """Return one appointment that this viewer may read, or change (`act`); the decision leaves its event.

    Raises:
        AccessRefused: it is not there, or not for this viewer: the two look the same.
    """
    try:
        row = appointment_row(appointment_id)
    except NoSuchAppointment:
        raise access.AccessRefused from None
    if row.state.value in _HIDDEN:
        raise access.AccessRefused
    decide(viewer, row, act, at=at)
    return row


def decide(viewer: Viewer, row: AppointmentRow, act: Act, *, at: datetime) -> None:
    """Decide on one appointment and leave the event.

    Raises:
        AccessRefused: it is not for this viewer.
    """
    restrictions = consent.NOTHING
    if row.person_id is not None:
        restrictions = consent.restrictions_of([row.person_id], at=at)[row.person_id]
    access.check(
        viewer,
        Kind.APPOINTMENT,
        act,
        relation=relation_to_file(viewer, row.person_id, row.establishment, at=at),
        state=particular(row.id, restrictions),
        target=f"appointment:{row.id}",
        person_id=row.person_id,
        at=at,
    )


def masked(viewer: Viewer, rows: Collection[AppointmentRow], *, at: datetime) -> frozenset[UUID]:
    """Return the appointments of a list whose patient this viewer may not be told: a protected identity, a secret."""
    persons = {row.person_id for row in rows if row.person_id is not None}
    told = consent.restrictions_of(persons, at=at) if persons else {}
    hidden = set()
    for row in rows:
        restrictions = told.get(row.person_id, consent.NOTHING) if row.person_id else consent.NOTHING
        relation = relation_to_file(viewer, None, row.establishment, at=at)
        state = particular(row.id, restrictions)
        if not access.allowed(viewer, Kind.APPOINTMENT, Act.READ, relation=relation, state=state):
            hidden.add(row.id)
    return frozenset(hidden)
