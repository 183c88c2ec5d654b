"""Declaring a team, what it promises and who answers for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from passerelle.care.messaging.models import AnswerTemplate, Member, Team


@dataclass(frozen=True, slots=True)
class TeamCard:
    """What is said of a team; `templates` are the answers it gives often, by title."""

    code: str
    establishment: str
    name: str
    about: str = ""
    unit_label: str = ""
    answers_within_hours: int = 48
    email: str = ""
    escalation_email: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def load_team(*, card: TeamCard, members: Iterable[UUID]) -> UUID:
    """Declare a team, or bring it up to date; members are added, never taken away here."""
    told = {
        "establishment": card.establishment,
        "name": card.name,
        "about": card.about,
        "unit_label": card.unit_label,
        "answers_within_hours": card.answers_within_hours,
        "email": card.email,
        "escalation_email": card.escalation_email,
    }
    team, _ = Team.objects.update_or_create(code=card.code, defaults=told)
    for account_id in members:
        Member.objects.get_or_create(team=team, account_id=account_id)
    for title, text in card.templates.items():
        AnswerTemplate.objects.update_or_create(team=team, title=title, defaults={"text": text})
    return team.pk
