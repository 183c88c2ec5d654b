"""The words of the access matrix: closed sets, plain Python, with their French labels."""

from passerelle.core.ui.api import Labelled


class Word(Labelled):
    """A member has a stable value (data files, database) and a French label (screens)."""

    def __str__(self) -> str:
        return str(self.value)


class Role(Word):
    """What an account is in the house; held for an establishment, or for the whole group."""

    PATIENT = "patient", "Patient"
    CLINICIAN = "clinician", "Clinicien hospitalier"
    TOWN_DOCTOR = "town_doctor", "Médecin de ville"
    ADMISSION_CLERK = "admission_clerk", "Agent d’admission"
    IDENTITY_OFFICER = "identity_officer", "Cellule d’identitovigilance"
    BED_MANAGER = "bed_manager", "Gestionnaire de lits"
    INTEGRATOR = "integrator", "Intégrateur"
    PILOT = "pilot", "Pilote de filière"
    COMMITTEE_MEMBER = "committee_member", "Membre du comité stratégique"
    DIRECTOR = "director", "Directeur"
    CELL = "cell", "Cellule opérationnelle du GHT"
    FUND_MANAGER = "fund_manager", "Responsable du fonds"
    RESEARCHER = "researcher", "Chercheur"
    DPO = "dpo", "Délégué à la protection des données"
    SECURITY_OFFICER = "security_officer", "Responsable de la sécurité (RSSI)"
    OPERATOR = "operator", "Exploitant"
    APPLICATION = "application", "Application d’un établissement"


class Relation(Word):
    """What ties a viewer to the resource at hand. The strongest one that holds is given to the decision."""

    SELF = "self", "Soi-même"
    REPRESENTATIVE = "representative", "Représentant légal"
    AUTHOR = "author", "Auteur de la pièce, ou son équipe"
    TREATING = "treating", "Équipe de soins de l’établissement d’un séjour"
    CHOSEN = "chosen", "Professionnel choisi par le patient"
    CARER = "carer", "Proche à qui le patient montre ses mesures"
    EMERGENCY = "emergency", "Accès d’urgence motivé"
    ESTABLISHMENT = "establishment", "Même établissement, sans prise en charge"
    TERRITORY = "territory", "Autre établissement du groupement"
    MEMBER = "member", "Membre de l’instance"
    NONE = "none", "Aucun lien"


class Kind(Word):
    """What is looked at."""

    PATIENT = "patient", "Patient (dossier)"
    ENCOUNTER = "encounter", "Séjour"
    DOCUMENT = "document", "Document"
    OBSERVATION = "observation", "Résultat"
    APPOINTMENT = "appointment", "Rendez-vous"
    CONSENT = "consent", "Choix du patient"
    CONDITION = "condition", "Problème de santé ou antécédent"
    ALLERGY = "allergy", "Allergie"
    MEDICATION = "medication", "Médicament"
    PROCEDURE = "procedure", "Acte"
    IMMUNIZATION = "immunization", "Vaccination"
    DEVICE = "device", "Dispositif implanté ou utilisé"
    REPORT = "report", "Compte rendu d’examen"
    REQUEST = "request", "Demande ou échange entre soignants"
    CARE_PLAN = "care_plan", "Plan et équipe de soins"
    FORM = "form", "Questionnaire rempli"
    PREADMISSION = "preadmission", "Préparation d’une venue"
    SUBSCRIPTION = "subscription", "Abonnement"
    GROUP = "group", "Liste de patients"
    TERMINOLOGY = "terminology", "Terminologie"
    LIAISON = "liaison", "Lien ville-hôpital"
    IDENTITY = "identity", "Identité"
    MESSAGE = "message", "Message d’échange"
    INDICATOR = "indicator", "Indicateur"
    EXTRACT = "extract", "Extrait dépersonnalisé"
    PROJECT = "project", "Projet"
    FUND = "fund", "Fonds"
    SESSION = "session", "Séance d’une instance"
    VOTE = "vote", "Vote"
    DIRECTORY = "directory", "Annuaire"
    PARAMETER = "parameter", "Paramètre"
    AUDIT = "audit", "Journal des accès"
    ACCESS = "access", "Matrice des accès"
    ACCOUNT = "account", "Compte"
    UI = "ui", "Page de l’application"


class Act(Word):
    """What is done with it."""

    READ = "read", "Lire"
    SEARCH = "search", "Rechercher"
    HISTORY = "history", "Lire l’historique"
    CREATE = "create", "Créer"
    UPDATE = "update", "Modifier"
    DELETE = "delete", "Supprimer"
    MERGE = "merge", "Rapprocher"
    VOTE = "vote", "Voter"
    REPLAY = "replay", "Rejouer"
    VERIFY = "verify", "Vérifier"
    EXPORT = "export", "Exporter"
    BREAK_GLASS = "break_glass", "Ouvrir un accès d’urgence"


class State(Word):
    """What is particular to this piece of information.

    HL7 restrictions map so: MASQUE_PS is OPPOSED, INVISIBLE_PATIENT is UNANNOUNCED, INVISIBLE_REP_LEGAUX and
    CONNEXION_SECRETE are MINOR_SECRET.
    """

    NORMAL = "normal", "Ordinaire"
    SENSITIVE = "sensitive", "Sensible"
    UNANNOUNCED = "unannounced", "À annoncer de vive voix"
    MINOR_SECRET = "minor_secret", "Secret demandé par le mineur"
    PROTECTED = "protected", "Identité protégée"
    OPPOSED = "opposed", "Opposition du patient (masqué)"


#: What a clinician or a town doctor writes down about a patient.
CLINICAL_KINDS = frozenset(
    {
        Kind.CONDITION,
        Kind.ALLERGY,
        Kind.MEDICATION,
        Kind.PROCEDURE,
        Kind.IMMUNIZATION,
        Kind.DEVICE,
        Kind.REPORT,
        Kind.REQUEST,
        Kind.CARE_PLAN,
        Kind.FORM,
    }
)
RECORD_KINDS = CLINICAL_KINDS | {
    Kind.PATIENT,
    Kind.ENCOUNTER,
    Kind.DOCUMENT,
    Kind.OBSERVATION,
    Kind.APPOINTMENT,
    Kind.CONSENT,
}
READING_ACTS = frozenset({Act.READ, Act.SEARCH, Act.HISTORY, Act.EXPORT})
