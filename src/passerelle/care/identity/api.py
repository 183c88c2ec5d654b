"""The door of identity: local identities, persons, and what joins them."""

from passerelle.care.identity.selectors import (
    LocalIdentityRef,
    PersonRow,
    PersonTraits,
    local_identities,
    person_of,
    search_people,
    traits,
    traits_of_many,
)
from passerelle.care.identity.services import BulkIdentity, bulk_load, resolve

__all__ = [
    "BulkIdentity",
    "LocalIdentityRef",
    "PersonRow",
    "PersonTraits",
    "bulk_load",
    "local_identities",
    "person_of",
    "resolve",
    "search_people",
    "traits",
    "traits_of_many",
]
