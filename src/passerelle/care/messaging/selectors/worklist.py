"""What a team has to answer, the most pressing first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.identity import api as identity
from passerelle.care.messaging.models import AnswerTemplate, Member, Team, Thread
from passerelle.care.messaging.rules.clock import Clock, clock, delay_in_words
from passerelle.care.messaging.selectors.threads import PostRow, posts_of, state_of
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Role, Viewer


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A thread as its team sees it; `taken_by_name` is "" while nobody has it."""

    id: UUID
    team_name: str
    person_id: UUID
    person_name: str
    subject: str
    waiting_since: datetime
    due_at: datetime
    clock: Clock
    taken_by_name: str
    is_mine: bool
    is_closed: bool
    is_secret: bool
    is_escalated: bool


@dataclass(frozen=True, slots=True)
class Worklist:
    """What waits, and what was answered lately; `delays` are the promises of the viewer's teams."""

    waiting: tuple[WorkRow, ...]
    answered: tuple[WorkRow, ...]
    delays: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Template:
    """An answer the team gives often."""

    id: UUID
    title: str
    text: str


_ANSWERED_SHOWN = 20


def worklist(viewer: Viewer, *, at: datetime) -> Worklist:
    """Return the threads of the viewer's teams: those that wait by their due moment, then the last answered."""
    teams = my_teams(viewer)
    held = Thread.objects.filter(team__in=teams).select_related("team")
    waiting = list(held.filter(is_waiting=True, closed_at=None).order_by("due_at", "id"))
    others = held.exclude(is_waiting=True, closed_at=None).order_by("-changed_at", "id")[:_ANSWERED_SHOWN]
    answered = list(others)
    names = identity.traits_of_many([thread.person_id for thread in [*waiting, *answered]])
    rows = [_row(thread, viewer, names, at) for thread in waiting]
    done = [_row(thread, viewer, names, at) for thread in answered]
    delays = tuple((team.name, delay_in_words(team.answers_within_hours)) for team in teams)
    return Worklist(tuple(rows), tuple(done), delays)


def opened_by_team(viewer: Viewer, thread_id: UUID, *, at: datetime) -> tuple[WorkRow, list[PostRow], list[Template]]:
    """Return a thread of the viewer's teams, its messages, the answers the team gives often; it leaves its event.

    Raises:
        AccessRefused: it is not a thread of theirs.
    """
    thread = Thread.objects.select_related("team").filter(pk=thread_id).first()
    if thread is None or not is_member(viewer, thread.team):
        raise access.AccessRefused
    access.check(
        viewer,
        Kind.REQUEST,
        Act.READ,
        relation=relation_of(viewer, thread),
        state=state_of(thread),
        target=f"thread:{thread.pk}",
        person_id=thread.person_id,
        at=at,
    )
    names = identity.traits_of_many([thread.person_id])
    templates = AnswerTemplate.objects.filter(team=thread.team).order_by("title", "id")
    kept = [Template(one.pk, one.title, one.text) for one in templates]
    return _row(thread, viewer, names, at), posts_of(thread), kept


def templates_of(teams: Sequence[Team]) -> list[tuple[Team, list[Template]]]:
    """Return these teams, each with the answers it gives often."""
    rows = AnswerTemplate.objects.filter(team__in=teams).order_by("title", "id")
    return [(team, [Template(one.pk, one.title, one.text) for one in rows if one.team_id == team.pk]) for team in teams]


def my_teams(viewer: Viewer) -> list[Team]:
    """Return the teams this viewer answers for, by name."""
    places = viewer.establishments_as(Role.CLINICIAN)
    if viewer.account_id is None:
        return []
    mine = Member.objects.filter(account_id=viewer.account_id).values("team")
    return list(Team.objects.filter(pk__in=mine, establishment__in=places).order_by("name", "id"))


def is_member(viewer: Viewer, team: Team) -> bool:
    """Tell whether this viewer answers for a team: a clinician of its establishment, named among its members."""
    if viewer.account_id is None or not viewer.has(Role.CLINICIAN, team.establishment):
        return False
    return Member.objects.filter(team=team, account_id=viewer.account_id).exists()


def relation_of(viewer: Viewer, thread: Thread) -> Relation:
    """Return what ties a viewer to a thread: it was written to their team, which keeps what it received."""
    return Relation.AUTHOR if is_member(viewer, thread.team) else Relation.NONE


def waiting_count(viewer: Viewer, *, at: datetime) -> tuple[int, int]:
    """Return how many threads wait for this viewer's teams, and how many are late."""
    held = Thread.objects.filter(team__in=[team.pk for team in my_teams(viewer)], is_waiting=True, closed_at=None)
    return held.count(), held.late(at).count()


def _row(thread: Thread, viewer: Viewer, names: dict[UUID, identity.PersonTraits], at: datetime) -> WorkRow:
    traits = names.get(thread.person_id)
    return WorkRow(
        id=thread.pk,
        team_name=thread.team.name,
        person_id=thread.person_id,
        person_name=traits.display_name if traits else "Identité inconnue",
        subject=thread.subject,
        waiting_since=thread.waiting_since,
        due_at=thread.due_at,
        clock=clock(is_waiting=thread.is_waiting, due_at=thread.due_at, hours=thread.team.answers_within_hours, at=at),
        taken_by_name=thread.taken_by_name,
        is_mine=thread.taken_by == viewer.account_id,
        is_closed=thread.closed_at is not None,
        is_secret=thread.is_secret,
        is_escalated=thread.escalated_at is not None,
    )
