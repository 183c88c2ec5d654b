"""The cast: Zoé comes for an operation; the desk, the identity officer and the ward of her hospital. All invented."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from passerelle.care.preadmission import api as preadmission
from passerelle.care.record.tests import pages
from passerelle.core.access.api import Role
from passerelle.core.files.tests.drawing import as_bytes, card

IDENTITY = {"is_right": "oui", "proof": "CN"}
COVERAGE = {"regime": "general", "mutuelle_name": "Mutuelle fictive"}
CONTACTS = {
    "phone": "0600000000",
    "warn_name": "Paul Fictif",
    "warn_phone": "0600000001",
    "trusted_name": "Rose Fictive",
    "trusted_phone": "0600000002",
}
HEALTH = {"q-allergie": "non", "q-traitement": "non"}
CONSENTS = {"agrees_information": "on", "agrees_messages": "oui", "tells_presence": "non", "directives": "mes"}
ANESTHESIA = {
    "q-operee": "oui",
    "q-probleme": "non",
    "q-vomi": "non",
    "q-famille": "non",
    "q-etages": "oui",
    "q-ronfle": "non",
    "q-bouche-ouverte": "non",
    "q-fume": "oui",
    "q-cigarettes": "5",
    "q-alcool": "parfois",
}
ARRIVAL = {"transport": "voiture", "companion_name": "Paul Fictif", "needs": ["fauteuil"]}
STEPS = {
    "identite": IDENTITY,
    "couverture": COVERAGE,
    "contacts": CONTACTS,
    "sante": HEALTH,
    "accords": CONSENTS,
    "anesthesie": ANESTHESIA,
    "arrivee": ARRIVAL,
}


def photograph(content: bytes | None = None, name: str = "carte.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, as_bytes(card()) if content is None else content)


def coming(local: UUID, *, days: float = 3, name: str = "chirurgie-ambulatoire", establishment: str = "aphm") -> UUID:
    """Open the pre-admission of an appointment; return its id."""
    at = timezone.now()
    told = preadmission.Told(
        preadmission.Coming.APPOINTMENT,
        uuid4(),
        local,
        establishment,
        "",
        "Chirurgie de jour",
        name,
        at + timedelta(days=days),
    )
    found = preadmission.open_for(told, at=at)
    assert found is not None
    return found


def desk(establishment: str = "aphm"):
    return pages.client_of("Denis", Role.ADMISSION_CLERK, establishment=establishment)


def officer(establishment: str = "aphm"):
    return pages.client_of("Emma", Role.IDENTITY_OFFICER, establishment=establishment)
