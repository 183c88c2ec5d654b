"""Writes of identity: resolve, merge, unmerge, assign."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from passerelle.care.identity.selectors import LocalIdentityRef

if TYPE_CHECKING:
    from passerelle.protocols import pamfr


@dataclass(frozen=True, slots=True)
class BulkIdentity:
    """A local identity to load by COPY; several rows may share a `person_id`, created on the way."""

    id: UUID
    person_id: UUID
    establishment: str
    ipp: str
    authority_namespace: str
    authority_oid: str
    birth_name: str
    given_names: tuple[str, ...]
    birth_date: date
    sex: str
    since: datetime
    used_name: str = ""
    birth_place: str = ""
    ins_matricule: str = ""
    ins_oid: str = ""
    address: dict[str, str] | None = None
    phone: str = ""
    email: str = ""
    deceased_at: datetime | None = None
    status: str = "PROV"
    attributes: tuple[str, ...] = ()


def resolve(
    patient: "pamfr.Patient",
    *,
    establishment: str,
    at: datetime,
    source: str,
    event_at: datetime | None = None,
) -> LocalIdentityRef:
    """Find or create the local identity a message speaks of, update its traits, and settle its person.

    `at` is when we learn it (memberships are dated by it); `event_at` is when it happened at the source (EVN-6, EVN-2):
    traits older than those held change nothing. Defaults to `at`.
    """
    raise NotImplementedError


def bulk_load(rows: Iterable[BulkIdentity], *, source: str) -> int:
    """Load local identities, their persons and memberships by COPY; return how many local identities."""
    raise NotImplementedError
