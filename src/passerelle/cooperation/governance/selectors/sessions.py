"""Sessions, their agenda and their votes, for a viewer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from passerelle.cooperation.governance.models import AgendaItem, Ballot, Session, SessionState
from passerelle.cooperation.governance.selectors.ballots import (
    BallotView,
    Seat,
    ballot_view,
    seats_left,
    seats_of,
)
from passerelle.cooperation.governance.selectors.decisions import DecisionRow, decision_row
from passerelle.cooperation.governance.selectors.papers import Papers, read_papers
from passerelle.core.access.api import Act, Kind, Viewer


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: UUID
    body: str
    body_name: str
    starts_at: datetime
    place: str
    is_remote: bool
    is_simulated: bool
    state: str
    state_label: str
    items: int


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A line of the agenda, its vote if one was opened, its decision if one was made."""

    id: UUID
    order: int
    title: str
    summary: str
    ballot: BallotView | None
    decision: DecisionRow | None
    awaits_viewer: bool


@dataclass(frozen=True, slots=True)
class SessionPage:
    session: SessionRow
    items: tuple[ItemRow, ...]
    present: tuple[str, ...]
    may_lead: bool

    @property
    def awaits_viewer(self) -> bool:
        return any(item.awaits_viewer for item in self.items)


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One item: its papers as frozen (None before the vote opens), its vote, and what this viewer may do."""

    session: SessionRow
    item: ItemRow
    subject_kind: str
    subject_id: str
    papers: Papers | None
    seats: tuple[Seat, ...]
    may_lead: bool
    may_open_vote: bool
    may_close_vote: bool


def sessions(*, body: str | None = None, subject: tuple[str, str] | None = None) -> list[SessionRow]:
    """Return sessions, the latest first; of one body, or where a subject (kind, id) is on the agenda."""
    rows = Session.objects.annotate(item_count=Count("items")).select_related("body")
    if body is not None:
        rows = rows.filter(body_id=body)
    if subject is not None:
        kind, subject_id = subject
        rows = rows.filter(pk__in=AgendaItem.objects.filter(subject_kind=kind, subject_id=subject_id).values("session"))
    return [_session_row(row, row.item_count) for row in rows.order_by("-starts_at", "pk")]


def session_page(viewer: Viewer, session_id: UUID, *, at: datetime) -> SessionPage | None:
    """Return a session with its agenda; None when it does not exist."""
    session = Session.objects.select_related("body").filter(pk=session_id).first()
    if session is None:
        return None
    items = list(_with_votes(AgendaItem.objects.filter(session=session)))
    seats = seats_of(viewer, session.body_id, at)
    present = session.attendances.select_related("establishment").order_by("establishment__rank", "pk")
    return SessionPage(
        session=_session_row(session, len(items)),
        items=tuple(_item_row(item, seats) for item in items),
        present=tuple(row.establishment.short_name for row in present),
        may_lead=viewer.may(Kind.SESSION, Act.UPDATE),
    )


def item_page(viewer: Viewer, item_id: UUID, *, at: datetime) -> ItemPage | None:
    """Return an item with its papers, its vote and the acts open to this viewer; None when it does not exist."""
    item = _with_votes(AgendaItem.objects.filter(pk=item_id)).first()
    if item is None:
        return None
    seats = seats_of(viewer, item.session.body_id, at)
    ballot: Ballot | None = getattr(item, "ballot", None)
    may_lead = viewer.may(Kind.VOTE, Act.UPDATE)
    row = _item_row(item, seats)
    return ItemPage(
        session=_session_row(item.session, 0),
        item=row,
        subject_kind=item.subject_kind,
        subject_id=item.subject_id,
        papers=read_papers(ballot.exhibit_json, ballot.exhibit_sha256) if ballot else None,
        seats=tuple(_open_seats(seats, ballot)),
        may_lead=may_lead,
        may_open_vote=may_lead and ballot is None and item.session.state == SessionState.OPEN,
        may_close_vote=may_lead and _is_open(row),
    )


def open_votes(viewer: Viewer, *, at: datetime) -> list[ItemRow]:
    """Return the items whose vote awaits this viewer: a seat has not voted, or the vote can be closed."""
    rows = []
    seats: dict[str, list[Seat]] = {}
    for item in _with_votes(AgendaItem.objects.filter(ballot__closed_at=None, ballot__isnull=False)):
        body = item.session.body_id
        if body not in seats:
            seats[body] = seats_of(viewer, body, at)
        rows.append(_item_row(item, seats[body]))
    may_lead = viewer.may(Kind.VOTE, Act.UPDATE)
    return [row for row in rows if row.awaits_viewer or (may_lead and _can_be_closed(row))]


def _is_open(row: ItemRow) -> bool:
    return row.ballot is not None and row.ballot.is_open


def _can_be_closed(row: ItemRow) -> bool:
    return row.ballot is not None and row.ballot.is_open and row.ballot.quorum.is_met


def _with_votes(items: QuerySet[AgendaItem]) -> QuerySet[AgendaItem]:
    return (
        items.select_related("session__body", "ballot", "decision")
        .prefetch_related("ballot__votes", "session__attendances")
        .order_by("order", "pk")
    )


def _open_seats(seats: list[Seat], ballot: Ballot | None) -> list[Seat]:
    if ballot is None or ballot.closed_at is not None:
        return []
    return seats_left(seats, ballot)


def _item_row(item: AgendaItem, seats: list[Seat]) -> ItemRow:
    ballot: Ballot | None = getattr(item, "ballot", None)
    decision = getattr(item, "decision", None)
    return ItemRow(
        id=item.pk,
        order=item.order,
        title=item.title,
        summary=item.summary,
        ballot=ballot_view(ballot, item) if ballot else None,
        decision=decision_row(decision, item) if decision else None,
        awaits_viewer=bool(_open_seats(seats, ballot)),
    )


def _session_row(session: Session, items: int) -> SessionRow:
    return SessionRow(
        id=session.pk,
        body=session.body_id,
        body_name=session.body.name,
        starts_at=session.starts_at,
        place=session.place,
        is_remote=session.is_remote,
        is_simulated=session.is_simulated,
        state=session.state,
        state_label=str(SessionState(session.state).label),
        items=items,
    )
