"""The words of the doors of the patient space."""

from passerelle.core.access.api import Word


class Means(Word):
    """How the code of an invitation reaches its person."""

    DESK = "desk", "Remis en main propre, pièce d’identité vue"
    LETTER = "letter", "Courrier à l’adresse du dossier"
    SMS = "sms", "SMS au numéro du dossier"
