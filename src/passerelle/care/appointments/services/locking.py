"""Lock a booking: its agenda first, then its row, so that two changes never wait for each other."""

from collections.abc import Collection
from uuid import UUID

from passerelle.care.appointments.models import Booking
from passerelle.care.appointments.selectors.bookings import NoSuchAppointment
from passerelle.care.appointments.selectors.rows import AppointmentRow
from passerelle.care.appointments.services.places import lock_agendas


def lock_booking(appointment_id: UUID, *more_agendas: UUID | None) -> Booking:
    """Return a booking locked with its agenda, and these other agendas.

    Raises:
        NoSuchAppointment: there is none.
        NoSuchAgenda: one of the others is not there.
    """
    agenda_id = _agenda_of(appointment_id)
    lock_agendas(agenda_id, *more_agendas)
    row = Booking.objects.select_for_update(of=("self",)).select_related("agenda", "kind").get(pk=appointment_id)
    if row.agenda_id not in {agenda_id, *more_agendas}:  # moved to another agenda since it was asked
        lock_agendas(row.agenda_id)
    found: Booking = row
    return found


def hold_unchanged(rows: Collection[AppointmentRow]) -> frozenset[UUID]:
    """Keep appointments as they are until the end of the transaction; return those still expected at their moment."""
    moments = {row.id: row.starts_at for row in rows}
    held = Booking.objects.expected().select_for_update(of=("self",), no_key=True).filter(pk__in=list(moments))
    found = held.order_by("pk").values_list("pk", "starts_at")
    return frozenset(id_ for id_, starts_at in found if starts_at == moments[id_])


def _agenda_of(appointment_id: UUID) -> UUID | None:
    found = Booking.objects.filter(pk=appointment_id).values_list("agenda_id", flat=True)
    if not found:
        raise NoSuchAppointment
    agenda_id: UUID | None = found[0]
    return agenda_id
