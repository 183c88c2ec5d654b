"""The door of the journal."""

from passerelle.core.audit.actions import Action, Actor, Outcome
from passerelle.core.audit.selectors import AccessRow, accesses_to
from passerelle.core.audit.services import record

__all__ = ["AccessRow", "Action", "Actor", "Outcome", "accesses_to", "record"]
