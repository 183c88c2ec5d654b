"""What a patient, or who represents them, reads of their messages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.consent import api as consent
from passerelle.care.messaging.models import Post, Thread
from passerelle.care.messaging.rules.clock import Clock, clock, delay_in_words
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Role, State, Viewer


@dataclass(frozen=True, slots=True)
class PieceRow:
    """A file of a message."""

    file_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class PostRow:
    """One message as shown."""

    id: UUID
    is_from_team: bool
    author_name: str
    text: str
    at: datetime
    pieces: tuple[PieceRow, ...]


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread as a list shows it; `is_unread`: the team wrote since the patient last looked."""

    id: UUID
    subject: str
    team_name: str
    establishment: str
    changed_at: datetime
    due_at: datetime
    delay: str
    clock: Clock
    is_unread: bool
    is_closed: bool
    is_secret: bool


@dataclass(frozen=True, slots=True)
class Awaits:
    """What the home page says of a message that was not read."""

    title: str
    text: str
    url_name: str
    url_args: tuple[UUID, ...]
    at: datetime


def threads(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[ThreadRow]:
    """Return the threads of a person within the viewer's sight: unread first, then the latest."""
    held = Thread.objects.of(person_id).select_related("team").order_by("-changed_at", "id")
    relation = _relation(viewer, person_id, at=at)
    rows = [_row(thread, at) for thread in held if _may_read(viewer, thread, relation)]
    return sorted(rows, key=lambda row: not row.is_unread)


def unread(viewer: Viewer, person_id: UUID, *, at: datetime) -> list[Awaits]:
    """Return what the home page says: one row per thread with an answer that was not read."""
    return [
        Awaits(f"{row.team_name} vous a répondu", row.subject, "messaging:thread", (row.id,), row.changed_at)
        for row in threads(viewer, person_id, at=at)
        if row.is_unread
    ]


def opened(who: consent.Acting, thread_id: UUID, *, at: datetime) -> tuple[ThreadRow, list[PostRow]]:
    """Return one thread with its messages, the oldest first; the reading leaves its event.

    Raises:
        AccessRefused: it is somebody else's, or a secret that this viewer does not share.
    """
    thread = Thread.objects.of(who.person_id).select_related("team").filter(pk=thread_id).first()
    if thread is None:
        raise access.AccessRefused
    access.check(
        who.viewer,
        Kind.REQUEST,
        Act.READ,
        relation=who.relation,
        state=state_of(thread),
        target=f"thread:{thread.pk}",
        person_id=thread.person_id,
        at=at,
    )
    return _row(thread, at), posts_of(thread)


def posts_of(thread: Thread) -> list[PostRow]:
    """Return the messages of a thread, the oldest first."""
    rows = Post.objects.filter(thread=thread).prefetch_related("pieces").order_by("at", "id")
    return [
        PostRow(
            row.pk,
            row.is_from_team,
            row.author_name,
            row.text,
            row.at,
            tuple(PieceRow(one.file_id, one.name) for one in row.pieces.all()),
        )
        for row in rows
    ]


def post_of_piece(thread_id: UUID, file_id: UUID) -> UUID | None:
    """Return the message of a thread that a file came with, None when it came with none."""
    return Post.objects.filter(thread_id=thread_id, pieces__file_id=file_id).values_list("pk", flat=True).first()


def state_of(thread: Thread) -> State:
    return State.MINOR_SECRET if thread.is_secret else State.NORMAL


def _relation(viewer: Viewer, person_id: UUID, *, at: datetime) -> Relation:
    if viewer.person_id == person_id and viewer.has(Role.PATIENT):
        return Relation.SELF
    is_for = viewer.person_id is not None and consent.is_representative(viewer.person_id, person_id, at=at)
    return Relation.REPRESENTATIVE if is_for else Relation.NONE


def _may_read(viewer: Viewer, thread: Thread, relation: Relation) -> bool:
    return access.allowed(viewer, Kind.REQUEST, Act.READ, relation=relation, state=state_of(thread))


def _row(thread: Thread, at: datetime) -> ThreadRow:
    hours = thread.team.answers_within_hours
    seen = thread.patient_seen_at
    return ThreadRow(
        id=thread.pk,
        subject=thread.subject,
        team_name=thread.team.name,
        establishment=thread.team.establishment,
        changed_at=thread.changed_at,
        due_at=thread.due_at,
        delay=delay_in_words(hours),
        clock=clock(is_waiting=thread.is_waiting, due_at=thread.due_at, hours=hours, at=at),
        is_unread=not thread.is_waiting and (seen is None or thread.changed_at > seen),
        is_closed=thread.closed_at is not None,
        is_secret=thread.is_secret,
    )
