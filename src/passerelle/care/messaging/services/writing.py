"""What a patient does: write, answer, close, open again, keep a draft."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.consent import api as consent
from passerelle.care.messaging.models import Draft, Piece, Post, Team, Thread
from passerelle.care.messaging.rules.clock import due
from passerelle.care.messaging.selectors.teams import file_at, knows
from passerelle.care.messaging.services.filing import file_in_record
from passerelle.care.messaging.services.refusals import TeamDoesNotKnow, ThreadClosed
from passerelle.care.messaging.services.telling import tell_team
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, State
from passerelle.core.files import api as files

OWNER = "message"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: a subject (of a new thread), a text, files: name, bytes as received, safe form."""

    text: str
    subject: str = ""
    pieces: Sequence[tuple[str, bytes, files.Safe]] = field(default_factory=tuple)


@transaction.atomic
def open_thread(*, who: consent.Acting, team_id: UUID, letter: Letter, is_secret: bool, at: datetime) -> UUID:
    """Write to a team for the first time; return the thread.

    Raises:
        TeamDoesNotKnow: the team is closed, or its establishment has no file of the person.
        AccessRefused: this viewer writes nothing for this person.
    """
    team = Team.objects.filter(pk=team_id, is_open=True).first()
    local_identity_id = file_at(who.person_id, team.establishment) if team else None
    if team is None or local_identity_id is None or not knows(team, who, at=at):
        raise TeamDoesNotKnow
    thread = Thread(
        team=team,
        person_id=who.person_id,
        local_identity_id=local_identity_id,
        subject=letter.subject,
        opened_at=at,
        is_secret=is_secret and who.is_self and consent.is_young(who.person_id, at=at),
        is_waiting=True,
        waiting_since=at,
        due_at=due(at, team.answers_within_hours),
        changed_at=at,
        patient_seen_at=at,
    )
    _check(who, thread, Act.CREATE, at)
    thread.save(force_insert=True)
    _post(thread, who, letter, at)
    forget_draft(who=who, place=f"team:{team.pk}")
    return thread.pk


@transaction.atomic
def write(*, who: consent.Acting, thread_id: UUID, letter: Letter, at: datetime) -> None:
    """Write again in a thread; the clock of the team starts when it was not running.

    Raises:
        AccessRefused: it is not a thread that this viewer writes in.
        ThreadClosed: it is closed.
    """
    thread = held(who, thread_id, at=at)
    if thread.closed_at is not None:
        raise ThreadClosed
    if not thread.is_waiting:
        thread.is_waiting, thread.waiting_since, thread.escalated_at = True, at, None
        thread.due_at = due(at, thread.team.answers_within_hours)
    thread.changed_at = thread.patient_seen_at = at
    thread.save(
        update_fields=["is_waiting", "waiting_since", "escalated_at", "due_at", "changed_at", "patient_seen_at"]
    )
    _post(thread, who, letter, at)
    forget_draft(who=who, place=f"thread:{thread.pk}")


@transaction.atomic
def close_own(*, who: consent.Acting, thread_id: UUID, is_closed: bool, at: datetime) -> None:
    """Close a thread, or open it again."""
    thread = held(who, thread_id, at=at)
    thread.closed_at = at if is_closed else None
    thread.is_waiting = thread.is_waiting and not is_closed
    thread.save(update_fields=["closed_at", "is_waiting"])


def note_seen(*, who: consent.Acting, thread_id: UUID, at: datetime) -> None:
    """Count a thread as read."""
    Thread.objects.of(who.person_id).filter(pk=thread_id).update(patient_seen_at=at)


def keep_draft(*, who: consent.Acting, place: str, subject: str, text: str, at: datetime) -> None:
    """Keep what is being written; an empty text keeps nothing."""
    if not text.strip():
        forget_draft(who=who, place=place)
        return
    told = {"subject": subject[:120], "text": text[:4000], "saved_at": at}
    Draft.objects.update_or_create(account_id=_account(who), place=_place(who, place), defaults=told)


def forget_draft(*, who: consent.Acting, place: str) -> None:
    Draft.objects.filter(account_id=_account(who), place=_place(who, place)).delete()


def draft_of(who: consent.Acting, place: str) -> tuple[str, str]:
    """Return the subject and the text of a draft, empty when there is none."""
    found = Draft.objects.filter(account_id=_account(who), place=_place(who, place)).first()
    return (found.subject, found.text) if found else ("", "")


def held(who: consent.Acting, thread_id: UUID, *, at: datetime) -> Thread:
    """Return a thread to write in, locked.

    Raises:
        AccessRefused: it is somebody else's, or secret from this viewer.
    """
    found = Thread.objects.select_for_update(of=("self",)).select_related("team").of(who.person_id)
    thread = found.filter(pk=thread_id).first()
    if thread is None:
        raise access.AccessRefused
    _check(who, thread, Act.UPDATE, at)
    return thread


def _account(who: consent.Acting) -> UUID:
    if who.viewer.account_id is None:
        raise access.AccessRefused
    return who.viewer.account_id


def _place(who: consent.Acting, place: str) -> str:
    return f"{who.person_id.hex[:12]}:{place}"


def _check(who: consent.Acting, thread: Thread, act: Act, at: datetime) -> None:
    access.check(
        who.viewer,
        Kind.REQUEST,
        act,
        relation=who.relation,
        state=State.MINOR_SECRET if thread.is_secret else State.NORMAL,
        target=f"thread:{thread.pk}",
        person_id=who.person_id,
        at=at,
    )


def _post(thread: Thread, who: consent.Acting, letter: Letter, at: datetime) -> None:
    actor = who.voice.actor
    name = who.viewer.name if who.is_self else f"{who.viewer.name}, pour {consent.called(who.person_id)}"
    post = Post(
        thread=thread,
        is_from_team=False,
        author=who.viewer.account_id or UUID(int=0),
        author_name=name,
        text=letter.text,
        at=at,
    )
    with access.as_machine():
        post.communication_id = file_in_record(thread, post)
    post.save(force_insert=True)
    for piece_name, received, safe in letter.pieces:
        kept = files.store(safe, received=received, owner=files.Owner(OWNER, post.pk), by=actor, at=at)
        Piece.objects.create(post=post, file_id=kept.id, name=piece_name[:200])
    tell_team(thread, post, at=at)
