"""What the pages of appointments share: whose they are, what a form asked, how a refusal is told."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.urls import reverse

from passerelle.care.appointments.rules.vocabulary import Via
from passerelle.care.appointments.selectors.agendas import NoSuchAgenda
from passerelle.care.appointments.selectors.choosing import Chosen, read_choice
from passerelle.care.appointments.selectors.people import appointment
from passerelle.care.appointments.selectors.rows import AppointmentRow
from passerelle.care.appointments.services import refusals
from passerelle.care.consent import api as consent
from passerelle.core.access.api import Act, AuthenticatedRequest

REFUSALS: Final = (
    NoSuchAgenda,
    refusals.SlotTaken,
    refusals.NotBookable,
    refusals.TooSoon,
    refusals.TooFar,
    refusals.AlreadyBooked,
    refusals.TooLate,
    refusals.NotExpected,
    refusals.KeptElsewhere,
    refusals.NotToday,
    refusals.AlreadyWaiting,
    refusals.OfferClosed,
)


def via_of(who: consent.Acting) -> Via:
    """Return by which door a patient acts."""
    return Via.PATIENT if who.is_self else Via.REPRESENTATIVE


def own(
    request: AuthenticatedRequest, appointment_id: UUID, who: consent.Acting, *, act: Act, at: datetime
) -> AppointmentRow:
    """Return an appointment of the space one is in; that of another person does not exist."""
    row = appointment(request.viewer, appointment_id, at, act=act)
    if row.person_id != who.person_id:
        raise Http404
    return row


def asked_day(request: HttpRequest, name: str = "jour") -> date | None:
    """Return the day an address asks for, None without or when it is none."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def asked_choice(value: str) -> Chosen:
    """Return the slot that a link or a form names; another text is a page that does not exist."""
    found = read_choice(value)
    if found is None:
        raise Http404
    return found


def tell_refusal(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Do an act; a refusal becomes a message. Return whether it was done."""
    try:
        act()
    except REFUSALS as refusal:
        messages.warning(request, str(refusal.__doc__))
        return False
    return True


def trail(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the way to a page of the patient's appointments."""
    return [("Mes rendez-vous", reverse("appointments:mine")), *more]


def desk_trail(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the way to a page of the desk."""
    return [("Agendas", reverse("appointments:agendas")), *more]
