"""Appointments as rows: of a person, of an agenda, due for a reminder."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from passerelle.care.appointments.models import Booking, BookingChange
from passerelle.care.appointments.rules.vocabulary import State, Via, What
from passerelle.care.appointments.selectors.rows import AppointmentRow, ChangeRow
from passerelle.care.identity import api as identity
from passerelle.care.identity.api import LocalTraits
from passerelle.core.directory import api as directory
from passerelle.core.directory.api import EstablishmentRow, SiteRow


class NoSuchAppointment(LookupError):
    """Ce rendez-vous n’existe pas."""


def due(start: datetime, end: datetime) -> list[AppointmentRow]:
    """Return the appointments at which somebody is expected that begin in `[start, end)`, in order: for reminders.

    For the house, whoever looks: five queries, and no trace.
    """
    rows = Booking.objects.expected().filter(starts_at__gte=start, starts_at__lt=end)
    return rows_of(rows.order_by("starts_at", "id"))


def changed_since(since: datetime, until: datetime) -> list[AppointmentRow]:
    """Return the appointments changed in `[since, until)`, whatever their state: to catch up with changes."""
    rows = Booking.objects.filter(changed_at__gte=since, changed_at__lt=until).exclude(state=State.HELD.value)
    return rows_of(rows.order_by("changed_at", "id"))


def appointment_row(appointment_id: UUID) -> AppointmentRow:
    """Return one appointment, for the house: no decision is made.

    Raises:
        NoSuchAppointment: there is none.
    """
    row = Booking.objects.select_related("agenda", "kind").filter(pk=appointment_id).first()
    if row is None:
        raise NoSuchAppointment
    return rows_of([row])[0]


def rows_of(bookings: Iterable[Booking]) -> list[AppointmentRow]:
    """Return the rows of stored bookings, with who comes: four queries more, whatever their number."""
    held = list(bookings.select_related("agenda", "kind") if isinstance(bookings, QuerySet) else bookings)
    files = {row.local_identity_id for row in held}
    traits = identity.traits_by_file(files) if files else {}
    persons = identity.persons_of(files) if files else {}
    places = _places() if held else _Places({}, {})
    return [_row(row, traits.get(row.local_identity_id), persons.get(row.local_identity_id), places) for row in held]


class _Places(NamedTuple):
    """The names of establishments and sites, by code."""

    establishments: Mapping[str, EstablishmentRow]
    sites: Mapping[str, SiteRow]


def _places() -> _Places:
    return _Places(
        {one.code: one for one in directory.establishments(with_test=True)},
        {one.code: one for one in directory.sites()},
    )


def _row(row: Booking, traits: LocalTraits | None, person_id: UUID | None, places: _Places) -> AppointmentRow:
    agenda, kind = row.agenda, row.kind
    place, site = places.establishments.get(row.establishment), places.sites.get(row.site)
    return AppointmentRow(
        id=row.pk,
        number=row.number,
        establishment=row.establishment,
        establishment_name=place.name if place else row.establishment,
        site=row.site,
        site_name=site.name if site else "",
        city=(site.city if site else "") or (place.city if place else ""),
        agenda_id=row.agenda_id,
        agenda_name=agenda.name if agenda else "",
        practitioner=agenda.practitioner if agenda and agenda.practitioner else row.practitioner,
        place=agenda.place if agenda and agenda.place else row.place,
        kind_code=kind.code if kind else "",
        label=kind.public_label if kind else "Rendez-vous",
        team_label=kind.label if kind else "Rendez-vous (nature inconnue)",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=State(row.state),
        via=Via(row.via),
        is_external=row.is_external,
        local_identity_id=row.local_identity_id,
        person_id=person_id,
        person_name=_name(traits),
        phone=traits.phone if traits else "",
        email=traits.email if traits else "",
        version=row.version,
        seat=row.seat,
        note=row.note,
    )


def _name(traits: LocalTraits | None) -> str:
    if traits is None:
        return "Patient inconnu"
    return f"{(traits.used_name or traits.birth_name).upper()} {traits.first_given}".strip()


def changes_of(appointment_id: UUID) -> list[ChangeRow]:
    """Return the history of an appointment, the latest first."""
    rows = BookingChange.objects.filter(booking_id=appointment_id).order_by("-at", "-id")
    return [
        ChangeRow(
            at=row.at,
            what_label=What(row.what).label,
            via_label=Via(row.via).label,
            by_name=row.by_name,
            from_starts_at=row.from_starts_at,
            to_starts_at=row.to_starts_at,
            reason=row.reason,
        )
        for row in rows
    ]
