"""The door of the journal."""

from passerelle.core.audit.actions import Action, Actor, Outcome
from passerelle.core.audit.labels import register_role_labels
from passerelle.core.audit.selectors.accesses import AccessRow, accesses_to
from passerelle.core.audit.selectors.openings import first_openings
from passerelle.core.audit.selectors.verification import Verification, verify
from passerelle.core.audit.services.controlling import verify_and_note
from passerelle.core.audit.services.recording import record, written_by
from passerelle.core.audit.services.sealing import seal
from passerelle.core.audit.statements import Statement, as_array

__all__ = [
    "AccessRow",
    "Action",
    "Actor",
    "Outcome",
    "Statement",
    "Verification",
    "accesses_to",
    "as_array",
    "first_openings",
    "record",
    "register_role_labels",
    "seal",
    "verify",
    "verify_and_note",
    "written_by",
]
