"""The door of consent: what patients decided, in force at a moment."""

from passerelle.care.consent.rules.restrictions import NOTHING, Chosen, Opposed, Restrictions, Whom
from passerelle.care.consent.rules.vocabulary import Item, Level, Nature, Scope
from passerelle.care.consent.selectors.circle import (
    Representative,
    TeamMember,
    chosen_professionals,
    is_representative,
    patients_who_chose,
    representatives,
    represented,
)
from passerelle.care.consent.selectors.restrictions import (
    is_opposed,
    level_of,
    masked_documents,
    protected,
    restrictions_of,
    secret_items,
    those_of,
)

__all__ = [
    "NOTHING",
    "Chosen",
    "Item",
    "Level",
    "Nature",
    "Opposed",
    "Representative",
    "Restrictions",
    "Scope",
    "TeamMember",
    "Whom",
    "chosen_professionals",
    "is_opposed",
    "is_representative",
    "level_of",
    "masked_documents",
    "patients_who_chose",
    "protected",
    "representatives",
    "represented",
    "restrictions_of",
    "secret_items",
    "those_of",
]
