"""What the journal can say, with the words shown to the patient and to the data-protection officer."""

from dataclasses import dataclass
from uuid import UUID

from passerelle.core.ui.api import Labelled


class Action(Labelled):
    """A closed list: one member per kind of fact worth a trace."""

    RECORD_READ = "record_read", "Dossier consulté"
    RECORD_SEARCHED = "record_searched", "Recherche de patient"
    RECORD_WRITTEN = "record_written", "Dossier complété"
    WRITE_REFUSED = "write_refused", "Écriture refusée"
    HISTORY_READ = "history_read", "Historique consulté"
    DOCUMENT_OPENED = "document_opened", "Document ouvert"
    RECORD_EXPORTED = "record_exported", "Dossier exporté"
    EMERGENCY_ACCESS = "emergency_access", "Accès d’urgence ouvert"
    EMERGENCY_ENDED = "emergency_ended", "Accès d’urgence terminé"
    EMERGENCY_REVIEWED = "emergency_reviewed", "Accès d’urgence revu"
    DOCTOR_CHOSEN = "doctor_chosen", "Médecin traitant choisi"
    CHOICE_MADE = "choice_made", "Choix du patient enregistré"
    CHOICE_WITHDRAWN = "choice_withdrawn", "Choix du patient retiré"
    ACCESS_QUESTIONED = "access_questioned", "Question posée sur un accès"
    QUESTION_ANSWERED = "question_answered", "Réponse donnée au patient"
    IDENTITY_READ = "identity_read", "Identité consultée"
    IDENTITY_CHANGED = "identity_changed", "Identité modifiée"
    EVIDENCE_CHECKED = "evidence_checked", "Pièce d’identité contrôlée"
    INSI_ASKED = "insi_asked", "Téléservice INSi interrogé"
    IDENTITY_MERGED = "identity_merged", "Identités rapprochées"
    MESSAGE_READ = "message_read", "Message d’échange lu"
    MESSAGE_REPLAYED = "message_replayed", "Message d’échange rejoué"
    STRUCTURE_IMPORTED = "structure_imported", "Structure d’établissement importée"
    CHANNEL_CHANGED = "channel_changed", "Canal d’échange modifié"
    EXTRACT_MADE = "extract_made", "Extrait dépersonnalisé produit"
    INDICATOR_READ = "indicator_read", "Indicateur consulté"
    PROJECT_CHANGED = "project_changed", "Projet modifié"
    SESSION_CHANGED = "session_changed", "Séance modifiée"
    VOTE_OPENED = "vote_opened", "Vote ouvert"
    VOTE_CAST = "vote_cast", "Vote exprimé"
    VOTE_CLOSED = "vote_closed", "Vote clos"
    DECISION_FROZEN = "decision_frozen", "Décision arrêtée"
    RESOURCE_READ = "resource_read", "Page consultée"
    RESOURCE_CHANGED = "resource_changed", "Donnée modifiée"
    ACCESS_DENIED = "access_denied", "Accès refusé"
    SIGNED_IN = "signed_in", "Connexion"
    SIGN_IN_FAILED = "sign_in_failed", "Échec de connexion"
    SIGNED_OUT = "signed_out", "Déconnexion"
    SECOND_FACTOR_FAILED = "second_factor_failed", "Échec du second facteur"
    SECOND_FACTOR_CHANGED = "second_factor_changed", "Moyen de connexion modifié"
    PERSONA_ASSUMED = "persona_assumed", "Personnage de démonstration endossé"
    ACCOUNT_OPENED = "account_opened", "Compte ouvert"
    ROLE_GRANTED = "role_granted", "Rôle attribué"
    ROLE_ENDED = "role_ended", "Rôle retiré"
    SPACE_INVITED = "space_invited", "Espace de patient proposé"
    SPACE_OPENED = "space_opened", "Espace de patient ouvert"
    IDENTITY_TIED = "identity_tied", "Compte relié à un fournisseur d’identité"
    APPLICATION_CHANGED = "application_changed", "Application déclarée ou modifiée"
    APPLICATION_ALLOWED = "application_allowed", "Application autorisée"
    APPLICATION_WITHDRAWN = "application_withdrawn", "Autorisation d’une application retirée"
    TOKEN_REFUSED = "token_refused", "Application refusée"
    BULK_READ = "bulk_read", "Lecture de dossiers en nombre"
    AUDIT_READ = "audit_read", "Journal consulté"
    AUDIT_EXPORTED = "audit_exported", "Journal exporté"
    AUDIT_VERIFIED = "audit_verified", "Journal vérifié"


class Outcome(Labelled):
    """What became of it."""

    ALLOWED = "allowed", "Permis"
    DENIED = "denied", "Refusé"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, in which role and for which establishment (its code); empty strings when unknown."""

    account_id: UUID | None
    name: str
    role: str = ""
    establishment: str = ""


SYSTEM = Actor(account_id=None, name="Passerelle", role="system")
