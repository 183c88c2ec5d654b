"""The bodies' part of the demonstration: members who do not exist, and a decision already in the register."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from passerelle.cooperation.governance.models import AgendaItem, Mandate, Session
from passerelle.cooperation.governance.rules.voting import Choice
from passerelle.cooperation.governance.services.ballots import enter_vote, open_vote
from passerelle.cooperation.governance.services.bodies import load_bodies
from passerelle.cooperation.governance.services.sessions import (
    Meeting,
    add_item,
    close_session,
    convene_session,
    open_session,
)
from passerelle.core.access.api import Role
from passerelle.core.audit import api as audit

_FILE: Final = Path(__file__).parents[1] / "data" / "demonstration.yaml"
_FRIDAY: Final = 4
_SECRETARIAT: Final = audit.Actor(account_id=None, name="Secrétariat des instances (démonstration)", role="cell")


def load_demo(*, at: datetime, today: date) -> None:
    """Load the bodies, the fictitious members and an earlier decision; a second run adds nothing.

    A seat takes the account that holds the role of committee member for its establishment, when there is one.
    """
    content: dict[str, Any] = yaml.safe_load(_FILE.read_text())
    load_bodies(at=at)
    _load_members(content)
    _load_earlier_session(content, today)


@transaction.atomic
def _load_members(content: Mapping[str, Any]) -> None:
    seated = _committee_accounts()
    for row in content["members"]:
        mandate, _ = Mandate.objects.get_or_create(
            body_id=content["body"],
            establishment_id=row["establishment"],
            function=row["function"],
            starts_on=content["mandates_since"],
            defaults={"person_name": row["name"], "is_voting": row.get("voting", True)},
        )
        account_id, name = seated.get(row["establishment"], (None, ""))
        if account_id is not None and mandate.account_id != account_id:
            mandate.account_id, mandate.person_name = account_id, name
            mandate.save(update_fields=["account", "person_name"])


def _committee_accounts() -> dict[str, tuple[UUID, str]]:
    """Return, by establishment, the account and name of its committee member."""
    held = get_user_model().objects.filter(
        assignments__role=Role.COMMITTEE_MEMBER.value, assignments__establishment__isnull=False
    )
    rows = held.order_by("email").values_list("assignments__establishment_id", "pk", "display_name")
    return {establishment: (account_id, name) for establishment, account_id, name in rows}


def _load_earlier_session(content: Mapping[str, Any], today: date) -> None:
    if Session.objects.filter(body_id=content["body"], is_simulated=True, starts_at__date__lt=today).exists():
        return
    planned: Mapping[str, Any] = content["earlier_session"]
    day = today - timedelta(days=planned["days_before"])
    day -= timedelta(days=max(0, day.weekday() - _FRIDAY))
    starts_at = timezone.make_aware(datetime.combine(day, time(planned["hour"])))
    meeting = Meeting(content["body"], starts_at, place=planned["place"], is_simulated=True)
    with transaction.atomic():
        session_id = convene_session(meeting, by=_SECRETARIAT, at=starts_at)
        item_id = add_item(
            session_id=session_id,
            title=planned["title"],
            summary=planned["summary"],
            subject=None,
            by=_SECRETARIAT,
            at=starts_at,
        )
        open_session(session_id=session_id, by=_SECRETARIAT, at=starts_at)
        choices = {code: Choice(choice) for choice, codes in planned["votes"].items() for code in codes}
        vote_in_the_room(item_id=item_id, choices=choices, others=Choice.FOR, at=starts_at + timedelta(minutes=20))
        close_session(session_id=session_id, by=_SECRETARIAT, at=starts_at + timedelta(hours=1))


@transaction.atomic
def vote_in_the_room(*, item_id: UUID, choices: Mapping[str, Choice], others: Choice | None, at: datetime) -> None:
    """Open the vote on an item and enter the votes given by hand, by establishment code.

    `others` is the vote of the establishments not named; None leaves them to vote themselves.
    """
    item = AgendaItem.objects.select_related("session").get(pk=item_id)
    ballot_id = open_vote(item_id=item_id, by=_SECRETARIAT, at=at)
    mandates = (
        Mandate.objects.held_on(timezone.localdate(at))
        .filter(body_id=item.session.body_id, is_voting=True)
        .order_by("establishment__rank", "pk")
    )
    for mandate in mandates:
        choice = choices.get(mandate.establishment_id, others)
        if choice is not None:
            enter_vote(ballot_id=ballot_id, mandate=mandate, choice=choice, by=_SECRETARIAT, at=at)
