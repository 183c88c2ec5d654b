"""The door of identity: local identities, persons, and what joins them."""

from passerelle.care.identity.selectors import (
    Demographics,
    LocalIdentityRef,
    LocalTraits,
    PersonRow,
    PersonTraits,
    demographics,
    local_identities,
    local_traits,
    people,
    person_of,
    persons_of,
    search_people,
    traits,
    traits_of_many,
)
from passerelle.care.identity.services.loading import BulkIdentity, bulk_load
from passerelle.care.identity.services.membership import AssignmentRefused, assign_person
from passerelle.care.identity.services.merging import MergeRefused, NotMerged, merge, unmerge
from passerelle.care.identity.services.resolving import (
    FoundByIpp,
    ResolvedPatient,
    UnidentifiedPatient,
    locate,
    locate_patient,
    resolve,
)

__all__ = [
    "AssignmentRefused",
    "BulkIdentity",
    "Demographics",
    "FoundByIpp",
    "LocalIdentityRef",
    "LocalTraits",
    "MergeRefused",
    "NotMerged",
    "PersonRow",
    "PersonTraits",
    "ResolvedPatient",
    "UnidentifiedPatient",
    "assign_person",
    "bulk_load",
    "demographics",
    "local_identities",
    "local_traits",
    "locate",
    "locate_patient",
    "merge",
    "people",
    "person_of",
    "persons_of",
    "resolve",
    "search_people",
    "traits",
    "traits_of_many",
    "unmerge",
]
