"""Convene, open, attend and close a session."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.cooperation.governance.models import AgendaItem, Attendance, Ballot, Mandate, Session, SessionState
from passerelle.cooperation.governance.services.refusals import BallotStillOpen, SessionNotOpen
from passerelle.core.audit import api as audit


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where and when a body meets."""

    body: str
    starts_at: datetime
    place: str = ""
    is_remote: bool = False
    is_simulated: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What an item is about, for a package that governance does not know."""

    kind: str
    id: str


@transaction.atomic
def convene_session(meeting: Meeting, *, by: audit.Actor | None, at: datetime) -> UUID:
    """Put a session in the calendar of a body, or find the one already there at that moment."""
    session, created = Session.objects.get_or_create(
        body_id=meeting.body,
        starts_at=meeting.starts_at,
        defaults={
            "place": meeting.place,
            "is_remote": meeting.is_remote,
            "is_simulated": meeting.is_simulated,
        },
    )
    if created:
        _trace(session, "convened", by=by, at=at)
    return session.pk


@transaction.atomic
def add_item(
    *, session_id: UUID, title: str, summary: str, subject: Subject | None, by: audit.Actor | None, at: datetime
) -> UUID:
    """Add an item at the end of the agenda."""
    session = Session.objects.select_for_update(of=("self",)).get(pk=session_id)
    item = AgendaItem.objects.create(
        session=session,
        order=session.items.count() + 1,
        title=title,
        summary=summary,
        subject_kind=subject.kind if subject else "",
        subject_id=subject.id if subject else "",
    )
    _trace(session, f"item {item.order}", by=by, at=at)
    return item.pk


@transaction.atomic
def open_session(*, session_id: UUID, by: audit.Actor | None, at: datetime) -> None:
    """Open a convened session; opening an open one again does nothing.

    Raises:
        SessionNotOpen: it is already closed.
    """
    session = Session.objects.select_for_update(of=("self",)).get(pk=session_id)
    if session.state == SessionState.CLOSED:
        raise SessionNotOpen
    if session.state == SessionState.CONVENED:
        session.state = SessionState.OPEN
        session.save(update_fields=["state"])
        _trace(session, "opened", by=by, at=at)


@transaction.atomic
def record_attendance(*, session_id: UUID, mandate: Mandate, at: datetime) -> None:
    """Count an establishment present; the first arrival is kept.

    Raises:
        SessionNotOpen: presence is recorded while the session is open only.
    """
    session = Session.objects.select_for_update(of=("self",)).get(pk=session_id)
    if session.state != SessionState.OPEN:
        raise SessionNotOpen
    Attendance.objects.get_or_create(
        session=session,
        establishment_id=mandate.establishment_id,
        defaults={"mandate": mandate, "arrived_at": at},
    )


@transaction.atomic
def close_session(*, session_id: UUID, by: audit.Actor | None, at: datetime) -> None:
    """Close a session.

    Raises:
        BallotStillOpen: a vote of this session is not closed.
    """
    session = Session.objects.select_for_update(of=("self",)).get(pk=session_id)
    if Ballot.objects.filter(item__session=session, closed_at=None).exists():
        raise BallotStillOpen
    session.state = SessionState.CLOSED
    session.save(update_fields=["state"])
    _trace(session, "closed", by=by, at=at)


def _trace(session: Session, what: str, *, by: audit.Actor | None, at: datetime) -> None:
    audit.record(audit.Action.SESSION_CHANGED, by=by, at=at, target=f"session:{session.pk}", detail={"what": what})
