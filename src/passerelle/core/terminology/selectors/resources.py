"""The catalogue as FHIR resources."""

from functools import lru_cache

from passerelle.core.terminology.rules.resources import Json, resources_of
from passerelle.core.terminology.selectors.catalogue import current_catalogue


@lru_cache(maxsize=1)
def resources() -> tuple[Json, ...]:
    """Return every CodeSystem, ValueSet and ConceptMap of this house as FHIR R4 resources; do not change them."""
    return tuple(resources_of(current_catalogue()))
