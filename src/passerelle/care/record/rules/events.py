"""What each piece of a record is on the timeline, in the words of the page."""

from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from typing import Final


class EventKind(Enum):
    """A kind of event: its word in an address, its label, its icon."""

    label: str
    icon: str

    def __new__(cls, value: str, label: str = "", icon: str = "") -> "EventKind":
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        member.icon = icon
        return member

    STAY = "sejours", "Séjours", "stay"
    LETTER = "lettres", "Lettres", "mail"
    REPORT = "comptes-rendus", "Comptes rendus", "document"
    LABORATORY = "biologie", "Biologie", "measure"
    MEASURE = "mesures", "Mesures", "activity"
    PRESCRIPTION = "prescriptions", "Prescriptions", "journal"
    PROCEDURE = "actes", "Actes", "edit"
    VACCINE = "vaccins", "Vaccins", "shield"
    APPOINTMENT = "rendez-vous", "Rendez-vous", "calendar"


#: The types a timeline holds, and what they are when nothing more is known.
TIMELINE_TYPES: Final = {
    "Encounter": EventKind.STAY,
    "DocumentReference": EventKind.REPORT,
    "DiagnosticReport": EventKind.REPORT,
    "Observation": EventKind.MEASURE,
    "MedicationRequest": EventKind.PRESCRIPTION,
    "Procedure": EventKind.PROCEDURE,
    "Immunization": EventKind.VACCINE,
    "Appointment": EventKind.APPOINTMENT,
}
#: LOINC codes of what is addressed to somebody: letters of admission, of discharge, of referral, of consultation.
_LETTERS: Final = frozenset({"11490-0", "18761-7", "28616-1", "57133-1", "57170-3", "83796-3", "34117-2"})
_LABORATORY_REPORTS: Final = frozenset({"11502-2", "26436-6"})
_READABLE: Final = frozenset({EventKind.LETTER, EventKind.REPORT, EventKind.LABORATORY})
_LABORATORY: Final = frozenset({"laboratory", "LAB", "CH", "HM", "MB", "SR"})


@lru_cache(maxsize=4096)
def event_kind(type_: str, codes: tuple[str, ...], categories: tuple[str, ...]) -> EventKind:
    """Return what a piece is on the timeline, from its type, codes and categories (`system|code`)."""
    known = TIMELINE_TYPES[type_]
    coded, sorted_as = _bare(codes), _bare(categories)
    if type_ == "DocumentReference" and coded & _LETTERS:
        return EventKind.LETTER
    if coded & _LABORATORY_REPORTS or (type_ in {"Observation", "DiagnosticReport"} and sorted_as & _LABORATORY):
        return EventKind.LABORATORY
    if type_ == "Observation" and not sorted_as:
        return EventKind.LABORATORY
    return known


def asks_to_be_read(type_: str, status: str, kind: EventKind) -> bool:
    """Tell whether somebody is expected to read such a piece: letters, reports and results that stand."""
    return kind in _READABLE and (type_ != "DocumentReference" or status == "current")


def _bare(tokens: Iterable[str]) -> set[str]:
    return {token.rpartition("|")[2] for token in tokens}
