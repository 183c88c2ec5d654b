"""The door of appointments."""

from passerelle.care.appointments.rules.vocabulary import State, Via, What
from passerelle.care.appointments.selectors.agendas import NoSuchAgenda, agenda, agendas, instructions_for, kinds
from passerelle.care.appointments.selectors.bookings import (
    NoSuchAppointment,
    appointment_row,
    changed_since,
    changes_of,
    due,
)
from passerelle.care.appointments.selectors.people import appointment, past, upcoming
from passerelle.care.appointments.selectors.rows import (
    AgendaRow,
    AppointmentRow,
    ChangeRow,
    Instructions,
    KindRow,
    SlotRow,
)
from passerelle.care.appointments.selectors.slots import free_slots
from passerelle.care.appointments.services.booking import Wanted, book
from passerelle.care.appointments.services.changing import arrive, cancel, complete, confirm, miss, restore
from passerelle.care.appointments.services.defining import (
    AgendaSheet,
    OpeningSheet,
    close,
    define_agenda,
    open_once,
    open_weekly,
    publish_slots,
)
from passerelle.care.appointments.services.kinds import Advice, advise, define_kind
from passerelle.care.appointments.services.locking import hold_unchanged
from passerelle.care.appointments.services.moving import move
from passerelle.care.appointments.services.refilling import expire_offers, refill
from passerelle.care.appointments.services.refusals import (
    AlreadyBooked,
    AlreadyWaiting,
    KeptElsewhere,
    NotBookable,
    NotExpected,
    NotOpen,
    NotToday,
    OfferClosed,
    SlotTaken,
    TooFar,
    TooLate,
    TooSoon,
)
from passerelle.care.appointments.services.telling import Changed, forget_listener, on_change
from passerelle.care.appointments.services.waiting import (
    Wish,
    accept_offer,
    bring_forward,
    join_list,
    leave_list,
    refuse_offer,
)

__all__ = [
    "Advice",
    "AgendaRow",
    "AgendaSheet",
    "AlreadyBooked",
    "AlreadyWaiting",
    "AppointmentRow",
    "ChangeRow",
    "Changed",
    "Instructions",
    "KeptElsewhere",
    "KindRow",
    "NoSuchAgenda",
    "NoSuchAppointment",
    "NotBookable",
    "NotExpected",
    "NotOpen",
    "NotToday",
    "OfferClosed",
    "OpeningSheet",
    "SlotRow",
    "SlotTaken",
    "State",
    "TooFar",
    "TooLate",
    "TooSoon",
    "Via",
    "Wanted",
    "What",
    "Wish",
    "accept_offer",
    "advise",
    "agenda",
    "agendas",
    "appointment",
    "appointment_row",
    "arrive",
    "book",
    "bring_forward",
    "cancel",
    "changed_since",
    "changes_of",
    "close",
    "complete",
    "confirm",
    "define_agenda",
    "define_kind",
    "due",
    "expire_offers",
    "forget_listener",
    "free_slots",
    "hold_unchanged",
    "instructions_for",
    "join_list",
    "kinds",
    "leave_list",
    "miss",
    "move",
    "on_change",
    "open_once",
    "open_weekly",
    "past",
    "publish_slots",
    "refill",
    "refuse_offer",
    "restore",
    "upcoming",
]
