"""The door of access: `from passerelle.core.access import api as access`."""

from passerelle.core.access.emergencies import (
    REASONS as EMERGENCY_REASONS,
)
from passerelle.core.access.emergencies import (
    Emergency,
    emergencies,
    emergency_count,
    has_emergency_access,
    open_emergencies,
)
from passerelle.core.access.guards import (
    PUBLIC,
    SIGNED_IN,
    AccessRule,
    guarded,
    public,
    requires,
    rule,
    rule_of,
    signed_in,
)
from passerelle.core.access.holders import accounts_of_patients
from passerelle.core.access.matrix import decide
from passerelle.core.access.models import Account
from passerelle.core.access.rules import REFUSED, Decision
from passerelle.core.access.selectors import account_of_professional, has_held, persona_account, viewer_of
from passerelle.core.access.services.accounts import end_role, grant_role, open_account, set_password
from passerelle.core.access.services.checks import AccessRefused, allowed, check, settle
from passerelle.core.access.services.emergency import (
    ReasonMissing,
    Urgency,
    end_emergency_access,
    open_emergency_access,
)
from passerelle.core.access.services.personas import NotADemonstration, ensure_personas, link_patient_persona
from passerelle.core.access.sessions import (
    Federation,
    capacity_of,
    federation_of,
    has_second_factor,
    last_proof,
    limited_to,
    note_capacity,
    note_second_factor,
    open_session,
    take_farewell,
)
from passerelle.core.access.viewer import ANONYMOUS, AuthenticatedRequest, Viewer
from passerelle.core.access.vocabulary import (
    CLINICAL_KINDS,
    READING_ACTS,
    RECORD_KINDS,
    Act,
    Kind,
    Relation,
    Role,
    State,
    Word,
)
from passerelle.core.access.walls import RUNTIME_ROLE, as_machine, behind, is_behind, to_tell

__all__ = [
    "ANONYMOUS",
    "CLINICAL_KINDS",
    "EMERGENCY_REASONS",
    "PUBLIC",
    "READING_ACTS",
    "RECORD_KINDS",
    "REFUSED",
    "RUNTIME_ROLE",
    "SIGNED_IN",
    "AccessRefused",
    "AccessRule",
    "Account",
    "Act",
    "AuthenticatedRequest",
    "Decision",
    "Emergency",
    "Federation",
    "Kind",
    "NotADemonstration",
    "ReasonMissing",
    "Relation",
    "Role",
    "State",
    "Urgency",
    "Viewer",
    "Word",
    "account_of_professional",
    "accounts_of_patients",
    "allowed",
    "as_machine",
    "behind",
    "capacity_of",
    "check",
    "decide",
    "emergencies",
    "emergency_count",
    "end_emergency_access",
    "end_role",
    "ensure_personas",
    "federation_of",
    "grant_role",
    "guarded",
    "has_emergency_access",
    "has_held",
    "has_second_factor",
    "is_behind",
    "last_proof",
    "limited_to",
    "link_patient_persona",
    "note_capacity",
    "note_second_factor",
    "open_account",
    "open_emergencies",
    "open_emergency_access",
    "open_session",
    "persona_account",
    "public",
    "requires",
    "rule",
    "rule_of",
    "set_password",
    "settle",
    "signed_in",
    "take_farewell",
    "to_tell",
    "viewer_of",
]
