"""Letting a relative into one’s space until a day: invited by the person, accepted by the relative, ended by either."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from passerelle.care.consent.models import RelativeInvitation
from passerelle.care.consent.rules.codes import new_code, shown_code, typed_code
from passerelle.care.consent.rules.majority import is_minor
from passerelle.care.consent.rules.vocabulary import Door, Nature
from passerelle.care.consent.selectors.circle import Representative, represented
from passerelle.care.consent.services.facts import EndsBeforeItBegins, NoSuchChoice, withdraw
from passerelle.care.consent.services.people import Mandate, represent
from passerelle.care.consent.voices import Voice
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.parameters.api import legal

MOST_FAILURES: Final = 5
CODE_LASTS: Final = timedelta(days=7)
_SALT: Final = "passerelle.consent.relative"


class NotForMinors(Exception):
    """Une personne mineure n’ouvre pas son espace à un proche : ses parents la représentent déjà."""


class TooLong(Exception):
    """Choisissez un dernier jour plus proche. Vous pourrez recommencer ensuite."""


class NoSuchInvitation(Exception):
    """Ce code et cette date n’ouvrent aucun espace. Vérifiez-les, ou demandez un nouveau code à votre proche."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What a code offers: the space of a person, until a moment (exclusive)."""

    id: UUID
    person_id: UUID
    ends_at: datetime


@transaction.atomic
def invite_relative(*, person_id: UUID, name: str, ends_at: datetime, by: Voice, at: datetime) -> str:
    """Return the code, as printed, that lets a relative in until `ends_at`; it is told once, here.

    Raises:
        NotForMinors: the person is a minor, or somebody else asks for them.
        EndsBeforeItBegins: the end is past.
        TooLong: the end is later than the parameter `consent.delegation_days` allows.
    """
    if by.door is not Door.SELF or is_minor(identity.traits(person_id).birth_date, at):
        raise NotForMinors
    if ends_at <= at:
        raise EndsBeforeItBegins
    if ends_at > at + timedelta(days=1 + int(legal("consent.delegation_days", at.date()).value)):
        raise TooLong
    code = new_code()
    RelativeInvitation.objects.create(
        person_id=person_id,
        name=name,
        code_digest=_digest(code),
        made_at=at,
        by_account=by.actor.account_id,
        expires_at=min(at + CODE_LASTS, ends_at),
        ends_at=ends_at,
    )
    return shown_code(code)


def offered(*, code: str, birth_date: date, at: datetime) -> Offered:
    """Return what a code and the birth date of who made it offer; a false date counts against the code.

    Raises:
        NoSuchInvitation: whatever the reason.
    """
    with transaction.atomic():
        live = RelativeInvitation.objects.select_for_update(of=("self",)).live(at)
        found = live.filter(code_digest=_digest(typed_code(code))).first()
        if found is not None and identity.traits(found.person_id).birth_date == birth_date:
            return Offered(found.id, found.person_id, found.ends_at)
        if found is not None:
            found.failures += 1
            found.cancelled_at = at if found.failures >= MOST_FAILURES else None
            found.save(update_fields=["failures", "cancelled_at"])
    raise NoSuchInvitation


@transaction.atomic
def accept_invitation(*, invitation_id: UUID, relative_id: UUID, by: Voice, at: datetime) -> UUID:
    """Let the relative who holds the code enter the space; return the person whose it is.

    Raises:
        NoSuchInvitation: it opens nothing any more.
        RepresentsOneself, AlreadyChosen: as `represent` says.
    """
    with access.as_machine():
        live = RelativeInvitation.objects.select_for_update(of=("self",)).live(at)
        found = live.filter(pk=invitation_id).first()
        if found is None:
            raise NoSuchInvitation
        evidence = "Invitation faite par la personne, depuis son espace"
        mandate = Mandate(relative_id, Nature.DELEGATE, evidence, found.ends_at)
        voice = Voice(by.actor, Door.REPRESENTATIVE)
        represent(person_id=found.person_id, mandate=mandate, by=voice, at=at)
        found.used_at = at
        found.save(update_fields=["used_at"])
    return found.person_id


@transaction.atomic
def cancel_invitation(*, person_id: UUID, invitation_id: UUID, at: datetime) -> None:
    """Make a code open nothing any more."""
    RelativeInvitation.objects.live(at).filter(person_id=person_id, pk=invitation_id).update(cancelled_at=at)


@transaction.atomic
def give_up(*, relative_id: UUID, person_id: UUID, by: Voice, at: datetime) -> None:
    """Let a relative give back what was entrusted to them.

    Raises:
        NoSuchChoice: nothing is.
    """
    held: list[Representative] = [
        one for one in represented(relative_id, at=at) if one.person_id == person_id and one.nature is Nature.DELEGATE
    ]
    if not held:
        raise NoSuchChoice
    with access.as_machine():
        voice = Voice(by.actor, Door.REPRESENTATIVE)
        withdraw(person_id=person_id, choice_id=held[0].id, kind="representation", by=voice, at=at)


def _digest(code: str) -> str:
    return salted_hmac(_SALT, code, algorithm="sha256").hexdigest()
