"""The choices of one person, as pages show them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.consent.models import MaskedDocument, MinorSecret, Opposition, ProtectedIdentity, TrustedPerson
from passerelle.care.consent.rules.vocabulary import Acceptance, Item, ProtectionReason, Scope


@dataclass(frozen=True, slots=True)
class OppositionRow:
    """One opposition in force; `label` names the establishment or the professional, "" for the other two."""

    id: UUID
    scope: Scope
    label: str
    establishment: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class MaskedRow:
    """One document masked, with the title it had."""

    id: UUID
    document_id: UUID
    title: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class TrustedRow:
    """The trusted person."""

    id: UUID
    name: str
    tie: str
    phone: str
    email: str
    acceptance: Acceptance
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class SecretRow:
    """What the minor asked to keep secret; `noted_by` is the doctor who wrote it down, "" until then."""

    item: Item
    item_id: UUID
    starts_at: datetime
    noted_by: str


@dataclass(frozen=True, slots=True)
class ProtectionRow:
    """One protection of the identity."""

    id: UUID
    person_id: UUID
    reason: ProtectionReason
    starts_at: datetime
    ends_at: datetime | None


def oppositions(person_id: UUID, *, at: datetime) -> list[OppositionRow]:
    """Return what this person refuses, the widest first, then by name."""
    rows = Opposition.objects.of(person_id).in_force(at).order_by("label", "at", "id")
    found = [OppositionRow(row.id, Scope(row.scope), row.label, row.establishment, row.starts_at) for row in rows]
    return sorted(found, key=lambda row: row.scope not in {Scope.SHARING, Scope.EMERGENCY})


def masked(person_id: UUID, *, at: datetime) -> list[MaskedRow]:
    """Return the documents this person masks, the latest masked first."""
    rows = MaskedDocument.objects.of(person_id).in_force(at).order_by("-starts_at", "id")
    return [MaskedRow(row.id, row.document_id, row.title, row.starts_at) for row in rows]


def trusted_persons(person_id: UUID, *, at: datetime) -> list[TrustedRow]:
    """Return the trusted person: one at most, unless identity joined two persons who each had one."""
    rows = TrustedPerson.objects.of(person_id).in_force(at).order_by("-starts_at", "id")
    return [
        TrustedRow(row.id, row.name, row.tie, row.phone, row.email, Acceptance(row.acceptance), row.starts_at)
        for row in rows
    ]


def secrets(person_id: UUID, *, at: datetime) -> list[SecretRow]:
    """Return what is kept secret, each item once, the oldest request first."""
    found: dict[UUID, SecretRow] = {}
    for row in MinorSecret.objects.of(person_id).in_force(at).order_by("starts_at", "id"):
        known = found.get(row.item_id)
        noted_by = row.by_name if row.is_noted else (known.noted_by if known else "")
        since = known.starts_at if known else row.starts_at
        found[row.item_id] = SecretRow(Item(row.item), row.item_id, since, noted_by)
    return list(found.values())


def protections(person_id: UUID, *, at: datetime) -> list[ProtectionRow]:
    """Return the protections of this person's identity."""
    rows = ProtectedIdentity.objects.of(person_id).in_force(at).order_by("starts_at", "id")
    return [
        ProtectionRow(row.id, row.person_id, ProtectionReason(row.reason), row.starts_at, row.ends_at) for row in rows
    ]
