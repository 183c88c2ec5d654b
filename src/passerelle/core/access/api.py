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
from passerelle.core.access.selectors import viewer_of
from passerelle.core.access.services import AccessRefused, allowed, check, grant_role, open_account
from passerelle.core.access.viewer import ANONYMOUS, AuthenticatedRequest, Viewer
from passerelle.core.access.vocabulary import RECORD_KINDS, Act, Kind, Relation, Role, State

__all__ = [
    "ANONYMOUS",
    "PUBLIC",
    "RECORD_KINDS",
    "SIGNED_IN",
    "AccessRefused",
    "AccessRule",
    "Act",
    "AuthenticatedRequest",
    "Decision",
    "Kind",
    "Relation",
    "Role",
    "State",
    "Viewer",
    "allowed",
    "check",
    "decide",
    "grant_role",
    "guarded",
    "open_account",
    "public",
    "requires",
    "rule",
    "rule_of",
    "signed_in",
    "viewer_of",
]
