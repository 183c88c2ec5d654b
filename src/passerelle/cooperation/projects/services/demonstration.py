"""The projects' part of the demonstration: a session of today, open, with a project to vote on."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from django.db import transaction
from django.utils import timezone

from passerelle.cooperation.governance import api as governance
from passerelle.cooperation.projects.services.loading import load_projects
from passerelle.core.audit import api as audit

_BODY: Final = "comite-strategique"
_PROJECT: Final = "realite-virtuelle"
_KIND: Final = "project"
_HOUR: Final = 9
_SECRETARIAT: Final = audit.Actor(account_id=None, name="Secrétariat des instances (démonstration)", role="cell")
# Six have voted: the next vote reaches the quorum of seven.
_ALREADY: Final = {
    "laciotat": governance.Choice.FOR,
    "allauch": governance.Choice.FOR,
    "camargue": governance.Choice.AGAINST,
    "montperrin": governance.Choice.FOR,
    "toulouse": governance.Choice.ABSTAIN,
    "valvert": governance.Choice.FOR,
}


def load_demo(*, at: datetime, today: date, starts: Mapping[str, date] | None = None) -> None:
    """Load the projects, and a session of the strategic committee today with one of them open to vote.

    The bodies and the extract come first: the papers are frozen here. A second run adds nothing.
    `starts` gives, by project code, the day from which the simulation plants its effect.
    """
    load_projects(at=at, starts=starts)
    if governance.sessions(subject=(_KIND, _PROJECT)):
        return
    nine = timezone.make_aware(datetime.combine(today, time(_HOUR)))
    starts_at = min(nine, at.replace(minute=0, second=0, microsecond=0))
    meeting = governance.Meeting(
        _BODY, starts_at, place="Salle du conseil, établissement support", is_remote=True, is_simulated=True
    )
    with transaction.atomic():
        session_id = governance.convene_session(meeting, by=_SECRETARIAT, at=at)
        item_id = governance.add_item(
            session_id=session_id,
            title="Poursuivre la réalité virtuelle péri-opératoire",
            summary="Le comité se prononce sur la poursuite du projet, au vu de ce qui a été mesuré depuis son début.",
            subject=governance.Subject(_KIND, _PROJECT),
            by=_SECRETARIAT,
            at=at,
        )
        governance.add_item(
            session_id=session_id,
            title="Questions diverses",
            summary="Sans vote.",
            subject=None,
            by=_SECRETARIAT,
            at=at,
        )
        governance.open_session(session_id=session_id, by=_SECRETARIAT, at=at)
        governance.vote_in_the_room(item_id=item_id, choices=_ALREADY, others=None, at=at)
