"""Whom a document goes to, and how."""

from enum import StrEnum


class Addressee(StrEnum):
    """Whom a document goes to."""

    DOCTOR = "doctor"
    PATIENT = "patient"


class Way(StrEnum):
    """How a document goes to somebody."""

    SPACE = "space"
    MAIL = "mail"
    HAND = "hand"
    PAPER = "paper"
    PHONE = "phone"


ADDRESSEES = ((Addressee.DOCTOR.value, "Médecin traitant"), (Addressee.PATIENT.value, "Patient"))
WAYS = (
    (Way.SPACE.value, "Espace Passerelle"),
    (Way.MAIL.value, "Messagerie sécurisée"),
    (Way.HAND.value, "Remise en main propre"),
    (Way.PAPER.value, "Courrier postal"),
    (Way.PHONE.value, "Téléphone"),
)
