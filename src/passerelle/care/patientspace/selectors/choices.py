"""What « Mes choix » shows: everything in force, and what hospitals wrote down of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.consent import api as consent
from passerelle.care.identity import api as identity
from passerelle.care.record import api as record

DMP_LABELS = {
    "feeding": "Envoi de vos documents dans Mon espace santé",
    "consultation": "Consultation de Mon espace santé par l’hôpital",
}


@dataclass(frozen=True, slots=True)
class DmpChoice:
    """What an admission desk asked about the national record, and the answer."""

    label: str
    is_permitted: bool
    collected_at: datetime


@dataclass(frozen=True, slots=True)
class Relative:
    """Someone I represent, or who represents me; `ends_at` is exclusive."""

    person_id: UUID
    name: str
    nature: str
    ends_at: datetime | None
    choice_id: UUID
    is_delegate: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything in force for a person, as whoever acts for them may read it."""

    team: tuple[consent.TeamMember, ...]
    oppositions: tuple[consent.OppositionRow, ...]
    masked: tuple[consent.MaskedRow, ...]
    trusted: tuple[consent.TrustedRow, ...]
    secrets: tuple[consent.SecretRow, ...]
    dmp: tuple[DmpChoice, ...]


def choices(acting: consent.Acting, *, at: datetime) -> Choices:
    """Return what is in force. A representative reads what the young person decided alone nowhere."""
    person_id = acting.person_id
    readable = _readable(acting)
    team = consent.chosen_professionals(person_id, at=at)
    refused = consent.oppositions(person_id, at=at)
    masked = consent.masked(person_id, at=at)
    return Choices(
        team=tuple(one for one in team if readable is None or one.id in readable),
        oppositions=tuple(one for one in refused if readable is None or one.id in readable),
        masked=tuple(one for one in masked if readable is None or one.id in readable),
        trusted=tuple(consent.trusted_persons(person_id, at=at)) if acting.is_self else (),
        secrets=tuple(consent.secrets(person_id, at=at)) if acting.is_self else (),
        dmp=tuple(_dmp(person_id)),
    )


def _readable(acting: consent.Acting) -> frozenset[UUID] | None:
    """Return the choices a representative may read: those of parents and of the hospital. None: all of them."""
    if acting.is_self:
        return None
    return frozenset(one.id for one in log(acting))


def log(acting: consent.Acting) -> list[consent.Said]:
    """Return what was decided, newest first; a representative does not read what the young person decided alone."""
    said = consent.choices_log(acting.person_id)
    if acting.is_self:
        return said
    return [one for one in said if one.door is not consent.Door.SELF and one.kind not in _NOT_FOR_PARENTS]


_NOT_FOR_PARENTS = frozenset({"secret", "trusted", "protected"})


def receipt(acting: consent.Acting, choice_id: UUID) -> consent.Said | None:
    """Return one decision, None when it is not one this viewer reads."""
    return next((one for one in log(acting) if one.id == choice_id), None)


def _dmp(person_id: UUID) -> Iterable[DmpChoice]:
    files = [one.id for one in identity.local_identities(person_id)]
    found = record.dmp_choices(files) if files else {}
    for subject, (is_permitted, collected_at) in sorted(found.items()):
        yield DmpChoice(DMP_LABELS.get(subject, subject), is_permitted, collected_at)


def represented(person_id: UUID, *, at: datetime) -> list[Relative]:
    """Return whom this person represents."""
    return [_relative(one, one.person_id) for one in consent.represented(person_id, at=at)]


def representatives(person_id: UUID, *, at: datetime) -> list[Relative]:
    """Return who represents this person."""
    return [_relative(one, one.representative_id) for one in consent.representatives(person_id, at=at)]


def _relative(held: consent.Representative, person_id: UUID) -> Relative:
    is_delegate = held.nature is consent.Nature.DELEGATE
    return Relative(person_id, consent.called(person_id), held.nature.label, held.ends_at, held.id, is_delegate)
