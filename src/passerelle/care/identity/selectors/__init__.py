from passerelle.care.identity.selectors.finding import PersonRow, search_people
from passerelle.care.identity.selectors.known import (
    Demographics,
    LocalIdentityRef,
    LocalTraits,
    PersonTraits,
    demographics,
    local_identities,
    local_traits,
    person_of,
    persons_of,
    reference_to,
    root_of,
    traits,
    traits_of_many,
)
from passerelle.care.identity.selectors.sheet import PersonSheet, found_identities, person_sheet

__all__ = [
    "Demographics",
    "LocalIdentityRef",
    "LocalTraits",
    "PersonRow",
    "PersonSheet",
    "PersonTraits",
    "demographics",
    "found_identities",
    "local_identities",
    "local_traits",
    "person_of",
    "person_sheet",
    "persons_of",
    "reference_to",
    "root_of",
    "search_people",
    "traits",
    "traits_of_many",
]
