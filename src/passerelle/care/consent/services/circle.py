"""Whom the patient lets in, and whom they keep out."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.consent.models import CareTeamMember, Opposition
from passerelle.care.consent.rules.restrictions import Whom
from passerelle.care.consent.rules.vocabulary import Level, Scope
from passerelle.care.consent.services.facts import AlreadyChosen, add, hold, withdraw
from passerelle.care.consent.voices import Voice


@dataclass(frozen=True, slots=True)
class Invitation:
    """A member to add to the care team; `ends_at` is exclusive, None until it is withdrawn."""

    whom: Whom
    label: str
    level: Level = Level.ALL
    ends_at: datetime | None = None
    is_main_doctor: bool = False


@transaction.atomic
def choose(*, person_id: UUID, invitation: Invitation, by: Voice, at: datetime) -> UUID:
    """Let someone in; the choice of the same member before, and the main doctor before, stop at this moment.

    Raises:
        AlreadyChosen: the very same choice is in force.
        EndsBeforeItBegins: it would end at once.
    """
    hold(person_id)
    whom = invitation.whom
    for row in CareTeamMember.objects.of(person_id).in_force(at):
        is_same = Whom(row.rpps, row.account_id, row.establishment, row.unit) == whom
        if is_same and _says_the_same(row, invitation):
            raise AlreadyChosen
        if is_same or (row.is_main_doctor and invitation.is_main_doctor):
            withdraw(person_id=person_id, choice_id=row.id, kind="careteam", by=by, at=at)
    row = CareTeamMember(
        person_id=person_id,
        rpps=whom.rpps,
        account_id=whom.account_id,
        establishment=whom.establishment,
        unit=whom.unit,
        label=invitation.label,
        level=invitation.level.value,
        is_main_doctor=invitation.is_main_doctor,
        ends_at=invitation.ends_at,
    )
    return add(row, by=by, at=at)


def _says_the_same(row: CareTeamMember, invitation: Invitation) -> bool:
    told = (row.level, row.ends_at, row.is_main_doctor)
    return told == (invitation.level.value, invitation.ends_at, invitation.is_main_doctor)


@transaction.atomic
def oppose(
    *,
    person_id: UUID,
    scope: Scope,
    whom: Whom | None = None,
    label: str = "",
    by: Voice,
    at: datetime,
) -> UUID:
    """Keep out an establishment, a professional, everybody, or the emergency access.

    Raises:
        AlreadyChosen: this opposition is in force.
    """
    hold(person_id)
    refused = whom or Whom()
    told = {"establishment": refused.establishment, "rpps": refused.rpps, "account_id": refused.account_id}
    if Opposition.objects.of(person_id).in_force(at).filter(scope=scope.value, **told).exists():
        raise AlreadyChosen
    return add(Opposition(person_id=person_id, scope=scope.value, label=label, **told), by=by, at=at)
