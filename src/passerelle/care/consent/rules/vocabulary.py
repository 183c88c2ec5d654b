"""The words of the patient's choices: closed sets, with the French labels that screens show."""

from passerelle.core.access.api import Word


class Level(Word):
    """How much of the record a member of the care team sees."""

    SUMMARY = "summary", "L’essentiel seulement"
    ALL = "all", "Tout, sauf les documents masqués"
    ALL_MASKED = "all_masked", "Tout, documents masqués compris"


class Scope(Word):
    """To whom, or to what, the patient is opposed."""

    ESTABLISHMENT = "establishment", "Un établissement"
    PROFESSIONAL = "professional", "Un professionnel"
    SHARING = "sharing", "Le partage entre établissements"
    EMERGENCY = "emergency", "L’accès d’urgence"


class Nature(Word):
    """What makes someone the representative of another."""

    PARENT = "parent", "Titulaire de l’autorité parentale"
    MINOR_GUARDIAN = "minor_guardian", "Tuteur du mineur"
    ADULT_GUARDIAN = "adult_guardian", "Tuteur du majeur protégé"
    DELEGATE = "delegate", "Proche choisi par la personne"


#: Those who read for the person, and decide nothing in their place.
READS_ONLY = frozenset({Nature.DELEGATE})
ENDS_AT_MAJORITY = frozenset({Nature.PARENT, Nature.MINOR_GUARDIAN})


class Item(Word):
    """What a minor asked to keep secret."""

    STAY = "stay", "Un séjour, avec ses documents et ses résultats"
    DOCUMENT = "document", "Un document"
    APPOINTMENT = "appointment", "Un rendez-vous"


class ProtectionReason(Word):
    """Why an identity is protected."""

    VIOLENCE = "violence", "Victime de violences"
    STAFF = "staff", "Personnel de l’établissement"
    PUBLIC_FIGURE = "public_figure", "Personne exposée"
    DETAINEE = "detainee", "Personne détenue"
    ANONYMITY = "anonymity", "Anonymat prévu par la loi"


class Acceptance(Word):
    """Whether the trusted person accepted; the law asks for a writing signed by both."""

    ASKED = "asked", "Pas encore signée par la personne"
    ACCEPTED = "accepted", "Signée par la personne"


class Door(Word):
    """By which door a choice came in."""

    SELF = "self", "par la personne elle-même"
    REPRESENTATIVE = "representative", "par son représentant légal"
    STAFF = "staff", "par un professionnel, à sa demande"
    TAKEN_OVER = "taken_over", "repris de l’ancien registre"
