"""What people answer: by SMS, or by the link of a reminder. Each act is one of appointments."""

from datetime import datetime
from uuid import UUID

from passerelle.care.appointments import api as appointments
from passerelle.care.appointments.api import AppointmentRow, Via
from passerelle.care.reminders.models import Reminder
from passerelle.care.reminders.rules.choosing import PARIS
from passerelle.care.reminders.services.links import token_of
from passerelle.core.audit.api import Actor
from passerelle.core.notify import api as notify

#: Whoever holds the phone or the link: nobody signed in.
HOLDER = Actor(account_id=None, name="Réponse à un rappel", role="patient")
PREFIX = "appointment:"


def hear(heard: notify.Heard) -> notify.Reply | None:
    """Do what a reply says to the appointment it is about, when that is still the one the reminder told of."""
    appointment_id = UUID(heard.about.removeprefix(PREFIX))
    link = f"rappels/r/{token_of(appointment_id)}"
    changed = notify.Reply("le rendez-vous avait changé", "reminder_changed", {"link": link})
    reminder = Reminder.objects.filter(pk=heard.key.split(":")[1]).first()
    try:
        row = appointments.appointment_row(appointment_id)
    except appointments.NoSuchAppointment:
        return changed
    if reminder is None or reminder.starts_at != row.starts_at:
        return changed
    try:
        return _answer(row, heard, link)
    except (appointments.NotExpected, appointments.TooLate):
        return changed


def _answer(row: AppointmentRow, heard: notify.Heard, link: str) -> notify.Reply:
    local = row.starts_at.astimezone(PARIS)
    words = {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "link": link}
    if heard.said == "yes":
        confirm(row.id, at=heard.at)
        return notify.Reply("rendez-vous confirmé", "reminder_confirmed", words)
    cancel(row.id, at=heard.at)
    return notify.Reply("rendez-vous annulé", "reminder_cancelled", words)


def confirm(appointment_id: UUID, *, at: datetime) -> AppointmentRow:
    """Note that the person will come.

    Raises:
        NotExpected: the appointment is cancelled or past.
    """
    return appointments.confirm(appointment_id=appointment_id, by=HOLDER, via=Via.REMINDER, at=at)


def cancel(appointment_id: UUID, *, at: datetime) -> AppointmentRow:
    """Cancel, as the person asks.

    Raises:
        NotExpected, TooLate: it is over, or has begun.
    """
    return appointments.cancel(
        appointment_id=appointment_id, by=HOLDER, via=Via.REMINDER, at=at, reason="Réponse à un rappel"
    )


def move(appointment_id: UUID, *, agenda_id: UUID, starts_at: datetime, at: datetime) -> AppointmentRow:
    """Move to another free place, as the person asks.

    Raises:
        SlotTaken, TooLate, TooSoon, TooFar, NotExpected, KeptElsewhere, NotBookable: see `appointments.move`.
    """
    return appointments.move(
        appointment_id=appointment_id, starts_at=starts_at, agenda_id=agenda_id, by=HOLDER, via=Via.REMINDER, at=at
    )
