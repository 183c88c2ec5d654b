"""The door of access: `from passerelle.core.access import api as access`."""

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
from passerelle.core.access.matrix import decide
from passerelle.core.access.rules import Decision
from passerelle.core.access.selectors import has_emergency_access, is_chosen_doctor, patients_who_chose, viewer_of
from passerelle.core.access.services.accounts import end_role, grant_role, open_account, set_password
from passerelle.core.access.services.checks import AccessRefused, allowed, check
from passerelle.core.access.services.doctors import choose_doctor
from passerelle.core.access.services.emergency import ReasonMissing, open_emergency_access
from passerelle.core.access.services.personas import NotADemonstration, ensure_personas, link_patient_persona
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
)

__all__ = [
    "ANONYMOUS",
    "CLINICAL_KINDS",
    "PUBLIC",
    "READING_ACTS",
    "RECORD_KINDS",
    "SIGNED_IN",
    "AccessRefused",
    "AccessRule",
    "Act",
    "AuthenticatedRequest",
    "Decision",
    "Kind",
    "NotADemonstration",
    "ReasonMissing",
    "Relation",
    "Role",
    "State",
    "Viewer",
    "allowed",
    "check",
    "choose_doctor",
    "decide",
    "end_role",
    "ensure_personas",
    "grant_role",
    "guarded",
    "has_emergency_access",
    "is_chosen_doctor",
    "link_patient_persona",
    "open_account",
    "open_emergency_access",
    "patients_who_chose",
    "public",
    "requires",
    "rule",
    "rule_of",
    "set_password",
    "signed_in",
    "viewer_of",
]
