"""What a team does: take a thread, answer, close it; and what happens when its promise is broken."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.messaging.models import AnswerTemplate, Post, Team, Thread
from passerelle.care.messaging.selectors.worklist import is_member, relation_of
from passerelle.care.messaging.services.filing import file_in_record
from passerelle.care.messaging.services.refusals import NotRead, TakenBySomeone, ThreadClosed
from passerelle.care.messaging.services.telling import tell_late, tell_patient
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, State, Viewer


@transaction.atomic
def take(*, viewer: Viewer, thread_id: UUID, is_forced: bool = False, at: datetime) -> None:
    """Take a thread in one’s name; `is_forced` takes it from a colleague who is away.

    Raises:
        AccessRefused: it is not a thread of this viewer's teams.
        TakenBySomeone: a colleague has it.
    """
    thread = _held(viewer, thread_id, at=at)
    if thread.taken_by not in {None, viewer.account_id} and not is_forced:
        raise TakenBySomeone
    thread.taken_by, thread.taken_by_name, thread.taken_at = viewer.account_id, viewer.name, at
    thread.save(update_fields=["taken_by", "taken_by_name", "taken_at"])


@transaction.atomic
def answer(
    *, viewer: Viewer, thread_id: UUID, text: str, is_last: bool, seen: UUID | None = None, at: datetime
) -> None:
    """Answer a patient, who sees it at once; `is_last` closes the thread, `seen` is the last message that was read.

    Raises:
        AccessRefused: it is not a thread of this viewer's teams.
        ThreadClosed: it is closed.
        NotRead: a message came after the one seen: an answer would count it as answered.
    """
    thread = _held(viewer, thread_id, at=at)
    if thread.closed_at is not None:
        raise ThreadClosed
    _check_read(thread, seen)
    if thread.taken_by is None:
        thread.taken_by, thread.taken_by_name, thread.taken_at = viewer.account_id, viewer.name, at
    thread.is_waiting, thread.changed_at = False, at
    thread.closed_at = at if is_last else None
    thread.save(update_fields=["taken_by", "taken_by_name", "taken_at", "is_waiting", "changed_at", "closed_at"])
    post = Post(
        thread=thread,
        is_from_team=True,
        author=viewer.account_id or UUID(int=0),
        author_name=viewer.name,
        text=text,
        at=at,
    )
    with access.as_machine():
        post.communication_id = file_in_record(thread, post)
    post.save(force_insert=True)
    tell_patient(thread, post, at=at)


@transaction.atomic
def close(*, viewer: Viewer, thread_id: UUID, is_closed: bool, seen: UUID | None = None, at: datetime) -> None:
    """Close a thread without a word more, or open it again; `seen` is the last message that was read.

    Raises:
        AccessRefused: it is not a thread of this viewer's teams.
        NotRead: a message came after the one seen.
    """
    thread = _held(viewer, thread_id, at=at)
    if is_closed:
        _check_read(thread, seen)
    thread.closed_at = at if is_closed else None
    thread.is_waiting = thread.is_waiting and not is_closed
    thread.save(update_fields=["closed_at", "is_waiting"])


@transaction.atomic
def keep_template(*, viewer: Viewer, team_id: UUID, title: str, text: str) -> None:
    """Keep an answer that a team gives often.

    Raises:
        AccessRefused: this viewer does not answer for the team.
    """
    team = Team.objects.filter(pk=team_id).first()
    if team is None or not is_member(viewer, team):
        raise access.AccessRefused
    AnswerTemplate.objects.create(team=team, title=title, text=text)


@transaction.atomic
def promise(*, viewer: Viewer, team_id: UUID, hours: int) -> None:
    """Change the delay that a team promises; the messages already received keep the one they were told.

    Raises:
        AccessRefused: this viewer does not answer for the team.
    """
    team = Team.objects.select_for_update().filter(pk=team_id).first()
    if team is None or not is_member(viewer, team):
        raise access.AccessRefused
    team.answers_within_hours = hours
    team.save(update_fields=["answers_within_hours"])


@transaction.atomic
def escalate(*, at: datetime) -> int:
    """Tell, once each, the promises that are broken; return how many were told."""
    late = Thread.objects.select_for_update(of=("self",), skip_locked=True).select_related("team").late(at)
    told = 0
    for thread in late.filter(escalated_at=None).order_by("due_at", "pk"):
        thread.escalated_at = at
        thread.save(update_fields=["escalated_at"])
        tell_late(thread, at=at)
        told += 1
    return told


def _check_read(thread: Thread, seen: UUID | None) -> None:
    """Refuse to answer what was not read; the thread is locked, so no message comes meanwhile."""
    last = Post.objects.filter(thread=thread).order_by("at", "id").last()
    if seen is not None and last is not None and last.pk != seen:
        raise NotRead


def _held(viewer: Viewer, thread_id: UUID, *, at: datetime) -> Thread:
    found = Thread.objects.select_for_update(of=("self",)).select_related("team").filter(pk=thread_id).first()
    if found is None or not is_member(viewer, found.team):
        raise access.AccessRefused
    access.check(
        viewer,
        Kind.REQUEST,
        Act.UPDATE,
        relation=relation_of(viewer, found),
        state=State.MINOR_SECRET if found.is_secret else State.NORMAL,
        target=f"thread:{found.pk}",
        person_id=found.person_id,
        at=at,
    )
    return found
