"""The door of the journal."""

from passerelle.core.audit.actions import Action, Actor, Outcome
from passerelle.core.audit.selectors.accesses import AccessRow, accesses_to
from passerelle.core.audit.selectors.verification import Verification, verify
from passerelle.core.audit.services.recording import record
from passerelle.core.audit.services.sealing import seal

__all__ = ["AccessRow", "Action", "Actor", "Outcome", "Verification", "accesses_to", "record", "seal", "verify"]
