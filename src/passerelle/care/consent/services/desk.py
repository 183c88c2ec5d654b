"""What the desk writes down on sight of a paper: who represents a minor, whose identity is protected."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.consent.rules.vocabulary import Door, ProtectionReason
from passerelle.care.consent.services.facts import withdraw
from passerelle.care.consent.services.people import Mandate, protect, represent
from passerelle.care.consent.voices import Voice
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, State, Viewer


class NoPaperSeen(Exception):
    """Notez la pièce que vous avez vue : sans elle, rien ne s’écrit."""


def _check(viewer: Viewer, person_id: UUID, at: datetime) -> Voice:
    """Decide on the identity, leave the event, and return the voice of the desk: that of a hospital that knows them."""
    known = identity.local_identities(person_id)
    if not known:
        raise access.AccessRefused
    if not any(one.establishment in viewer.establishments for one in known):
        raise access.AccessRefused
    protected = State.PROTECTED if viewer.has(access.Role.IDENTITY_OFFICER) else State.NORMAL
    target = f"identity:{person_id}"
    access.check(
        viewer,
        Kind.IDENTITY,
        Act.UPDATE,
        relation=Relation.ESTABLISHMENT,
        state=protected,
        target=target,
        person_id=person_id,
        at=at,
    )
    return Voice(viewer.actor(), Door.STAFF)


@transaction.atomic
def declare_representative(*, viewer: Viewer, person_id: UUID, mandate: Mandate, at: datetime) -> UUID:
    """Write down who represents a person, on the evidence seen.

    Raises:
        AccessRefused: this viewer does not keep this identity.
        NoPaperSeen: no evidence is named.
        RepresentsOneself, BirthDateNeeded, OfAge, AlreadyChosen: as `represent` says.
    """
    voice = _check(viewer, person_id, at)
    if not mandate.evidence.strip():
        raise NoPaperSeen
    return represent(person_id=person_id, mandate=mandate, by=voice, at=at)


@transaction.atomic
def protect_identity(
    *, viewer: Viewer, person_id: UUID, reason: ProtectionReason, ends_at: datetime | None = None, at: datetime
) -> UUID:
    """Protect an identity.

    Raises:
        AccessRefused: this viewer does not keep this identity.
        AlreadyChosen: it is protected for this reason.
    """
    voice = _check(viewer, person_id, at)
    return protect(person_id=person_id, reason=reason, ends_at=ends_at, by=voice, at=at)


@transaction.atomic
def end_at_desk(*, viewer: Viewer, person_id: UUID, kind: str, choice_id: UUID, at: datetime) -> None:
    """End a representation or a protection.

    Raises:
        AccessRefused: this viewer does not keep this identity, or this kind of choice is not the desk's.
        NoSuchChoice: it is not in force.
    """
    if kind not in {"representation", "protected"}:
        raise access.AccessRefused
    voice = _check(viewer, person_id, at)
    withdraw(person_id=person_id, choice_id=choice_id, kind=kind, by=voice, at=at)
