"""Who is known, where, and as whom."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LocalIdentityRef:
    """A local identity and the person it belongs to.

    `via_alias` is the merged identity a late message named, when the reference was reached through it.
    `superseded_by` is set for a merged identity: its rows still count, its survivor speaks for it.
    """

    id: UUID
    person_id: UUID
    establishment: str
    ipp: str | None
    status: str = "PROV"
    superseded_by: UUID | None = None
    via_alias: UUID | None = None


@dataclass(frozen=True, slots=True)
class PersonTraits:
    """What a banner says of a person: the traits of the best known local identity (qualified first, then newest)."""

    person_id: UUID
    birth_name: str
    used_name: str
    given_names: tuple[str, ...]
    first_given: str
    birth_date: date | None
    sex: str
    birth_place: str
    status: str
    status_label: str
    ins_matricule: str
    ins_oid: str
    ins_display: str
    deceased_at: datetime | None
    phone: str = ""
    email: str = ""
    address: dict[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()

    @property
    def display_name(self) -> str:
        """Return « DURAND Camille (née MARTIN) » shaped for a heading."""
        usual = self.used_name or self.birth_name
        name = f"{usual.upper()} {self.first_given}".strip()
        if self.birth_name and self.birth_name.upper() != usual.upper():
            return f"{name} ({_BORN.get(self.sex, 'né(e)')} {self.birth_name.upper()})"
        return name or "Identité inconnue"


_BORN = {"F": "née", "M": "né"}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of a search: a person and where they are known."""

    person_id: UUID
    traits: PersonTraits
    local_identities: tuple[LocalIdentityRef, ...]


def local_identities(person_id: UUID) -> list[LocalIdentityRef]:
    """Return every local identity of a person, merged ones included (their rows belong to the person too)."""
    raise NotImplementedError


def person_of(local_identity_id: UUID) -> UUID:
    """Return the person a local identity belongs to now; a merged identity follows its survivor.

    Raises:
        LookupError: there is no such local identity.
    """
    raise NotImplementedError


def traits(person_id: UUID) -> PersonTraits:
    """Return the traits to show for a person.

    Raises:
        LookupError: there is no such person.
    """
    raise NotImplementedError


def traits_of_many(person_ids: Sequence[UUID]) -> dict[UUID, PersonTraits]:
    """Return the traits of several persons in one query; unknown persons are absent."""
    raise NotImplementedError


def search_people(
    text: str,
    *,
    birth_date: date | None = None,
    establishments: frozenset[str] | None = None,
    limit: int = 20,
) -> list[PersonRow]:
    """Return at most `limit` persons, best first: names by prefix in any order without accents, IPP, INS, birth date.

    A birth date may be part of `text` (12/03/1984, 12-03-1984, 12.03.1984, 12031984, 1984-03-12). `establishments`
    keeps the persons known by at least one of them; None searches everywhere.
    """
    raise NotImplementedError
