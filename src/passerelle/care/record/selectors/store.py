"""Machine reads of the store: no viewer here, so only for inbound messages, jobs and the guarded FHIR interface."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from passerelle.care.record.selectors.rows import EncounterFact, Page, StoredResource


def read(type_: str, id_: UUID) -> StoredResource | None:
    """Return the current version (which may be a deletion), or None."""
    raise NotImplementedError


def read_version(type_: str, id_: UUID, version: int) -> StoredResource | None:
    """Return one version, current or superseded, or None."""
    raise NotImplementedError


def history(type_: str, id_: UUID) -> list[StoredResource]:
    """Return every version, newest first; empty when the resource never existed."""
    raise NotImplementedError


def search(
    type_: str,
    params: Mapping[str, Sequence[str]],
    *,
    local_identity_ids: Sequence[UUID] | None = None,
    count: int = 50,
    cursor: str | None = None,
) -> Page:
    """Return a page of the resources that match FHIR search parameters (`{"date": ["ge2026-01-01"]}`).

    `local_identity_ids` bounds the search to these identities; None searches the whole store.

    Raises:
        SearchError: a parameter is unknown or ill-formed; it names it.
    """
    raise NotImplementedError


def stream_encounters() -> Iterator[EncounterFact]:
    """Yield every stay by a server-side cursor, with the person's birth date and sex: for the warehouse only."""
    raise NotImplementedError
