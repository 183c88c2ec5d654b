"""The words of a pre-admission: closed sets with their French labels."""

from typing import Final

from passerelle.core.ui.api import Labelled


class Step(Labelled):
    """The seven steps, in their order; the value is the word of the address."""

    IDENTITY = "identite", "Votre identité"
    COVERAGE = "couverture", "Votre couverture santé"
    CONTACTS = "contacts", "Vos contacts et vos proches"
    HEALTH = "sante", "Votre santé"
    CONSENTS = "accords", "Vos accords et vos souhaits"
    ANESTHESIA = "anesthesie", "Avant l’anesthésie"
    ARRIVAL = "arrivee", "Votre arrivée"


ORDER: Final = tuple(Step)
#: Steps whose answers are of health: the desk may write them for the patient, and never reads them again.
OF_HEALTH: Final = frozenset({Step.HEALTH, Step.ANESTHESIA})


class State(Labelled):
    """What became of the file."""

    OPEN = "open", "À compléter"
    SENT = "sent", "Envoyée"
    OFF = "off", "Venue annulée"


class Coming(Labelled):
    """What one prepares; the value is the FHIR type."""

    APPOINTMENT = "Appointment", "Rendez-vous"
    STAY = "Encounter", "Séjour"


class PieceKind(Labelled):
    """What a photograph shows."""

    ID_FRONT = "id_front", "Pièce d’identité, recto"
    ID_BACK = "id_back", "Pièce d’identité, verso"
    VITALE = "vitale", "Carte Vitale ou attestation"
    MUTUELLE = "mutuelle", "Carte de mutuelle"


OF_IDENTITY: Final = frozenset({PieceKind.ID_FRONT, PieceKind.ID_BACK})


class Proof(Labelled):
    """Which proof of identity is shown; the value is the code of ZFD-7 when there is one of that name."""

    CARD = "CN", "Carte nationale d’identité"
    PASSPORT = "PA", "Passeport"
    PERMIT = "CS", "Titre de séjour"
    BOOK = "LE", "Livret de famille (pour un enfant)"


class Judgement(Labelled):
    """What an identity officer said of a photograph."""

    WAITING = "waiting", "À comparer"
    AGREES = "agrees", "Concorde avec le dossier"
    DIFFERS = "differs", "Ne concorde pas"
    UNREADABLE = "unreadable", "Illisible, à reprendre"
    VALIDATED = "validated", "Original vu, pièce contrôlée"


class Regime(Labelled):
    """Who pays first. Source: régimes of the assurance maladie."""

    GENERAL = "general", "Régime général (CPAM)"
    FARM = "msa", "Régime agricole (MSA)"
    OTHER = "autre", "Un autre régime"
    STATE_AID = "ame", "Aide médicale de l’État (AME)"
    NONE = "aucun", "Aucune couverture, ou je ne sais pas"


class Directives(Labelled):
    """Advance directives. Source: CSP, art. L. 1111-11."""

    HERE = "apporte", "Oui, je les apporterai"
    NATIONAL = "mes", "Oui, elles sont dans Mon espace santé"
    NO = "non", "Non"
    TALK = "parler", "Je veux en parler avec l’équipe"


class Transport(Labelled):
    """How one comes."""

    CAR = "voiture", "En voiture"
    DRIVEN = "accompagne", "Un proche me conduit"
    PUBLIC = "commun", "En transport en commun"
    TAXI = "taxi", "En taxi ou VSL prescrit"
    AMBULANCE = "ambulance", "En ambulance"


class Need(Labelled):
    """What the welcome prepares."""

    WHEELCHAIR = "fauteuil", "Un fauteuil roulant"
    INTERPRETER = "interprete", "Un interprète"
    SIGN = "lsf", "La langue des signes"
    SIGHT = "vue", "Une aide parce que je vois mal"
    HEARING = "audition", "Une aide parce que j’entends mal"
    COMPANION = "aidant", "La présence d’un proche pendant les soins"


def choices(of: type[Labelled]) -> list[tuple[str, str]]:
    """Return a closed set as the choices of a form."""
    return [(str(one.value), one.label) for one in of]
