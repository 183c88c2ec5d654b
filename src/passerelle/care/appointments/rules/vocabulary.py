"""The words of appointments: closed sets with their French labels. Plain Python."""

from typing import Final

from passerelle.core.ui.api import Labelled


class State(Labelled):
    """Where an appointment stands."""

    HELD = "held", "Place proposée"
    BOOKED = "booked", "Pris"
    CONFIRMED = "confirmed", "Confirmé"
    ARRIVED = "arrived", "Arrivé"
    DONE = "done", "Terminé"
    MISSED = "missed", "Non venu"
    CANCELLED = "cancelled", "Annulé"
    RELEASED = "released", "Place rendue"

    @property
    def shape(self) -> str:
        """Return the kind of status that screens show (see `{% status %}`)."""
        return _SHAPES.get(self.value, "neutral")


_SHAPES: Final = {
    "held": "attention",
    "booked": "info",
    "confirmed": "done",
    "arrived": "done",
    "done": "neutral",
    "missed": "danger",
    "cancelled": "neutral",
}
#: What takes a place of the agenda.
TAKING: Final = (State.HELD, State.BOOKED, State.CONFIRMED, State.ARRIVED, State.DONE, State.MISSED)
#: What the patient is expected at.
EXPECTED: Final = (State.BOOKED, State.CONFIRMED)
TAKING_VALUES: Final = tuple(one.value for one in TAKING)
EXPECTED_VALUES: Final = tuple(one.value for one in EXPECTED)


class Via(Labelled):
    """By which door something was asked."""

    PATIENT = "patient", "Espace patient"
    REPRESENTATIVE = "representative", "Espace patient, par un proche"
    DESK = "desk", "Accueil ou secrétariat"
    TOWN = "town", "Médecin de ville"
    INVITATION = "invitation", "Invitation"
    REMINDER = "reminder", "Réponse à un rappel"
    WAITING = "waiting", "Liste d’attente"
    MESSAGE = "message", "Application de l’établissement (SIU)"
    FHIR = "fhir", "Application de l’établissement (FHIR)"


#: Those who are not of the house: rules of delay bind them.
OUTSIDE: Final = frozenset({Via.PATIENT, Via.REPRESENTATIVE, Via.TOWN, Via.INVITATION, Via.REMINDER, Via.WAITING})


class What(Labelled):
    """What happened to an appointment: a line of its history, and what listeners are told."""

    BOOKED = "booked", "Pris"
    MOVED = "moved", "Déplacé"
    CANCELLED = "cancelled", "Annulé"
    CONFIRMED = "confirmed", "Confirmé"
    ARRIVED = "arrived", "Arrivée notée"
    DONE = "done", "Terminé"
    MISSED = "missed", "Noté non venu"
    RESTORED = "restored", "Rétabli"
    OFFERED = "offered", "Place proposée"
    LAPSED = "lapsed", "Proposition échue ou refusée"


class Answer(Labelled):
    """What became of an offer."""

    NONE = "none", "En attente de réponse"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"
    EXPIRED = "expired", "Sans réponse à temps"
    WITHDRAWN = "withdrawn", "Retirée"


class Standing(Labelled):
    """Where an entry of the waiting list stands."""

    WAITING = "waiting", "En attente"
    OFFERED = "offered", "Une place est proposée"
    SERVED = "served", "Servi"
    LEFT = "left", "Retiré"


#: Days of the week as `date.weekday()` numbers them.
WEEKDAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
