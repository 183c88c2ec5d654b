"""Who stands beside the patient, and who is hidden."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.consent.models import ProtectedIdentity, Representation, TrustedPerson
from passerelle.care.consent.rules.majority import is_minor, majority_at
from passerelle.care.consent.rules.vocabulary import (
    ENDS_AT_MAJORITY,
    Acceptance,
    Door,
    Nature,
    ProtectionReason,
)
from passerelle.care.consent.services.facts import AlreadyChosen, add, hold, withdraw
from passerelle.care.consent.voices import Voice
from passerelle.care.identity import api as identity


class BirthDateNeeded(Exception):
    """La date de naissance de l’enfant manque : sans elle, la fin de la représentation n’est pas connue."""


class OfAge(Exception):
    """Cette personne est majeure : aucun parent ne la représente."""


class RepresentsOneself(Exception):
    """Une personne ne se représente pas elle-même."""


class NotByRepresentative(Exception):
    """La personne de confiance se choisit par la personne elle-même, majeure."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """Whom the patient trusts to speak for them when they cannot."""

    name: str
    tie: str = ""
    phone: str = ""
    email: str = ""
    acceptance: Acceptance = Acceptance.ASKED


@transaction.atomic
def trust(*, person_id: UUID, trusted: Trusted, by: Voice, at: datetime) -> UUID:
    """Name the trusted person; the one before stops being it. One at a time, of the patient's own will.

    Source: CSP, art. L. 1111-6 (an adult, by a writing that both sign; revocable at any time).

    Raises:
        NotByRepresentative: a representative asks, or the person is a minor.
    """
    if by.door is Door.REPRESENTATIVE or is_minor(identity.traits(person_id).birth_date, at):
        raise NotByRepresentative
    hold(person_id)
    for row in TrustedPerson.objects.of(person_id).in_force(at):
        withdraw(person_id=person_id, choice_id=row.id, kind="trusted", by=by, at=at)
    row = TrustedPerson(
        person_id=person_id,
        name=trusted.name,
        tie=trusted.tie,
        phone=trusted.phone,
        email=trusted.email,
        acceptance=trusted.acceptance.value,
    )
    return add(row, by=by, at=at)


@dataclass(frozen=True, slots=True)
class Mandate:
    """Someone stands for another, on the evidence that was seen; `ends_at` is exclusive, None when no end is told."""

    representative_id: UUID
    nature: Nature
    evidence: str = ""
    ends_at: datetime | None = None


@transaction.atomic
def represent(*, person_id: UUID, mandate: Mandate, by: Voice, at: datetime) -> UUID:
    """Let someone stand for a person; for a minor, until the eighteenth birthday at the latest.

    Raises:
        RepresentsOneself: both are the same person.
        BirthDateNeeded: the end of a minor's representation cannot be computed.
        OfAge: the person is of age already.
        AlreadyChosen: this representation is in force.
    """
    if person_id == mandate.representative_id:
        raise RepresentsOneself
    hold(person_id)
    told = {"representative_id": mandate.representative_id, "nature": mandate.nature.value}
    if Representation.objects.of(person_id).in_force(at).filter(**told).exists():
        raise AlreadyChosen
    row = Representation(person_id=person_id, evidence=mandate.evidence, ends_at=_end(person_id, mandate, at), **told)
    return add(row, by=by, at=at)


def _end(person_id: UUID, mandate: Mandate, at: datetime) -> datetime | None:
    if mandate.nature not in ENDS_AT_MAJORITY:
        return mandate.ends_at
    birth_date = identity.traits(person_id).birth_date
    if birth_date is None:
        raise BirthDateNeeded
    majority = majority_at(birth_date)
    if at >= majority:
        raise OfAge
    return min(majority, mandate.ends_at or majority)


@transaction.atomic
def protect(
    *, person_id: UUID, reason: ProtectionReason, ends_at: datetime | None = None, by: Voice, at: datetime
) -> UUID:
    """Hide that this person is in care from whoever does not treat them.

    Raises:
        AlreadyChosen: the identity is protected for this reason.
    """
    hold(person_id)
    if ProtectedIdentity.objects.of(person_id).in_force(at).filter(reason=reason.value).exists():
        raise AlreadyChosen
    return add(ProtectedIdentity(person_id=person_id, reason=reason.value, ends_at=ends_at), by=by, at=at)
