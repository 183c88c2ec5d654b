"""What a page says of a vote: who may, who did, whether the quorum is met, and the result once it is closed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from passerelle.cooperation.governance.models import AgendaItem, Ballot, Mandate, VoteChoice
from passerelle.cooperation.governance.rules import voting
from passerelle.core.access.api import Relation, Viewer


@dataclass(frozen=True, slots=True)
class VoterLine:
    """An establishment of the electorate. `choice_label` stays empty while the ballot is open."""

    name: str
    has_voted: bool
    is_present: bool
    choice: str
    choice_label: str
    voted_by: str
    cast_at: datetime | None


@dataclass(frozen=True, slots=True)
class Quorum:
    present: int
    needed: int
    voters: int

    @property
    def is_met(self) -> bool:
        return self.present >= self.needed


@dataclass(frozen=True, slots=True)
class BallotView:
    """A vote as its page shows it."""

    id: UUID
    is_open: bool
    opened_at: datetime
    closed_at: datetime | None
    rule: voting.VoteRule
    majority_label: str
    quorum: Quorum
    voters: tuple[VoterLine, ...]

    @property
    def votes_in(self) -> int:
        return sum(line.has_voted for line in self.voters)


def ballot_view(ballot: Ballot, item: AgendaItem) -> BallotView:
    """Describe the ballot of an item, fetched with its votes and attendances.

    Choices are shown only once it is closed, so that nobody follows anybody.
    """
    rule = voting.read_rule(ballot.rule)
    votes = {vote.establishment_id: vote for vote in ballot.votes.all()}
    present = {row.establishment_id for row in item.session.attendances.all()}
    is_open = ballot.closed_at is None
    lines = []
    for voter in ballot.electorate:
        vote = votes.get(voter["code"])
        lines.append(
            VoterLine(
                name=voter["name"],
                has_voted=vote is not None,
                is_present=voter["code"] in present,
                choice=vote.choice if vote and not is_open else "",
                choice_label=str(VoteChoice(vote.choice).label) if vote and not is_open else "",
                voted_by=vote.by_name if vote else "",
                cast_at=vote.cast_at if vote else None,
            )
        )
    return BallotView(
        id=ballot.pk,
        is_open=is_open,
        opened_at=ballot.opened_at,
        closed_at=ballot.closed_at,
        rule=rule,
        majority_label=voting.majority_label(rule.majority),
        quorum=Quorum(
            present=sum(line.is_present for line in lines),
            needed=voting.quorum_needed(rule, len(lines)),
            voters=len(lines),
        ),
        voters=tuple(lines),
    )


@dataclass(frozen=True, slots=True)
class Seat:
    """A voting seat held by the viewer."""

    establishment: str
    establishment_name: str
    function: str


def seats_of(viewer: Viewer, body: str, at: datetime) -> list[Seat]:
    """Return the voting seats that this account holds in a body today: usually none or one."""
    if viewer.account_id is None:
        return []
    mandates = (
        Mandate.objects.held_on(timezone.localdate(at))
        .filter(body_id=body, account_id=viewer.account_id, is_voting=True)
        .select_related("establishment")
        .order_by("establishment__rank", "pk")
    )
    return [Seat(row.establishment_id, row.establishment.short_name, row.function) for row in mandates]


def relation_to_seats(seats: list[Seat]) -> Relation:
    """Return what ties a viewer to a vote: a seat, or nothing."""
    return Relation.MEMBER if seats else Relation.NONE


def seats_left(seats: list[Seat], ballot: Ballot) -> list[Seat]:
    """Keep the seats that may still vote: in the electorate, and not voted yet."""
    voters = {voter["code"] for voter in ballot.electorate}
    done = {vote.establishment_id for vote in ballot.votes.all()}
    return [seat for seat in seats if seat.establishment in voters - done]
