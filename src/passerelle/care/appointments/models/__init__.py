"""The tables of appointments."""

from passerelle.care.appointments.models.agendas import Agenda, Closure, ExtraOpening, Opening
from passerelle.care.appointments.models.bookings import Booking, BookingChange, BookingQuerySet
from passerelle.care.appointments.models.feeds import FeedToken
from passerelle.care.appointments.models.kinds import AppointmentKind, Instruction
from passerelle.care.appointments.models.waiting import Offer, WaitingEntry

__all__ = [
    "Agenda",
    "AppointmentKind",
    "Booking",
    "BookingChange",
    "BookingQuerySet",
    "Closure",
    "ExtraOpening",
    "FeedToken",
    "Instruction",
    "Offer",
    "Opening",
    "WaitingEntry",
]
