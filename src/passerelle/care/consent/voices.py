"""Who speaks when something is decided."""

from dataclasses import dataclass

from passerelle.care.consent.rules.vocabulary import Door
from passerelle.core.audit import api as audit


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says it, and by which door."""

    actor: audit.Actor
    door: Door = Door.SELF
