"""Open, cast and close a vote. Each act is one transaction on the locked ballot, with its audit event inside."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from passerelle.cooperation.governance.models import (
    AgendaItem,
    Attendance,
    Ballot,
    Body,
    Decision,
    Mandate,
    SessionState,
    Vote,
)
from passerelle.cooperation.governance.rules import voting
from passerelle.cooperation.governance.rules.exhibit import digest, write_exhibit
from passerelle.cooperation.governance.selectors.vote_rules import vote_rule_of
from passerelle.cooperation.governance.services.exhibits import exhibit_of
from passerelle.cooperation.governance.services.refusals import (
    AlreadyVoted,
    BallotAlreadyOpen,
    BallotClosed,
    NotAVoter,
    NoVoteRule,
    QuorumNotReached,
    SessionNotOpen,
)
from passerelle.cooperation.governance.services.sessions import record_attendance
from passerelle.core.audit import api as audit
from passerelle.core.directory import api as directory


def open_vote(*, item_id: UUID, by: audit.Actor | None, at: datetime) -> UUID:
    """Open the vote on an item: rule, electorate and papers are frozen now.

    Raises:
        SessionNotOpen: the session is not open.
        NoVoteRule: the body has no rule in force.
        BallotAlreadyOpen: there is, or was, a vote on this item.
        LookupError: nobody prepares the papers of the item's subject.
    """
    papers = write_exhibit(exhibit_of(AgendaItem.objects.get(pk=item_id), at=at))
    with transaction.atomic():
        item = AgendaItem.objects.select_for_update(of=("self",)).select_related("session__body").get(pk=item_id)
        if item.session.state != SessionState.OPEN:
            raise SessionNotOpen
        if Ballot.objects.filter(item=item).exists():
            raise BallotAlreadyOpen
        rule = _rule_in_force(item.session.body, at)
        ballot = Ballot.objects.create(
            item=item,
            opened_at=at,
            rule=rule.as_dict(),
            electorate=_electorate(rule),
            exhibit_json=papers,
            exhibit_sha256=digest(papers),
        )
        audit.record(
            audit.Action.VOTE_OPENED,
            by=by,
            at=at,
            target=f"ballot:{ballot.pk}",
            detail={"item": item.title, "exhibit_sha256": ballot.exhibit_sha256},
        )
    return ballot.pk


@transaction.atomic
def cast_vote(
    *, ballot_id: UUID, establishment: str, choice: voting.Choice, by: audit.Actor, at: datetime
) -> Decision | None:
    """Cast the vote of an establishment by the account of its member; return the decision when it was the last vote.

    Voting is being present: the establishment counts for the quorum from now on.

    Raises:
        NotAVoter: this account holds no voting mandate of this establishment today, or it is not in the electorate.
        AlreadyVoted: the establishment has voted, even a moment ago.
        BallotClosed: too late.
    """
    ballot = _locked(ballot_id)
    if by.account_id is None:
        raise NotAVoter
    mandate = (
        Mandate.objects.held_on(timezone.localdate(at))
        .filter(
            body_id=ballot.item.session.body_id,
            establishment_id=establishment,
            account_id=by.account_id,
            is_voting=True,
        )
        .order_by("starts_on", "pk")
        .first()
    )
    if mandate is None:
        raise NotAVoter
    return _vote(ballot, mandate, choice, by=by, at=at)


@transaction.atomic
def enter_vote(
    *, ballot_id: UUID, mandate: Mandate, choice: voting.Choice, by: audit.Actor | None, at: datetime
) -> None:
    """Enter, for the secretariat, the vote that a member in the room gave by hand; the audit keeps who entered it.

    Raises:
        NotAVoter, AlreadyVoted, BallotClosed: as in `cast_vote`.
    """
    ballot = _locked(ballot_id)
    if not mandate.is_voting or mandate.body_id != ballot.item.session.body_id:
        raise NotAVoter
    _vote(ballot, mandate, choice, by=by, at=at)


@transaction.atomic
def close_vote(*, ballot_id: UUID, by: audit.Actor | None, at: datetime) -> Decision:
    """Close a vote and write the decision in the register, with the papers that were frozen when it opened.

    Raises:
        BallotClosed: it already is.
        QuorumNotReached: too few establishments are present.
    """
    return _decide(_locked(ballot_id), by=by, at=at)


def _locked(ballot_id: UUID) -> Ballot:
    ballot = Ballot.objects.select_for_update(of=("self",)).select_related("item__session__body").get(pk=ballot_id)
    if ballot.closed_at is not None:
        raise BallotClosed
    return ballot


def _rule_in_force(body: Body, at: datetime) -> voting.VoteRule:
    found = vote_rule_of(body, timezone.localdate(at))
    if found is None:
        raise NoVoteRule
    return found.rule


def _electorate(rule: voting.VoteRule) -> list[dict[str, str]]:
    return [
        {"code": row.code, "name": row.short_name}
        for row in directory.establishments()
        if row.role in rule.voting_roles
    ]


def _vote(
    ballot: Ballot, mandate: Mandate, choice: voting.Choice, *, by: audit.Actor | None, at: datetime
) -> Decision | None:
    electorate = {voter["code"] for voter in ballot.electorate}
    if mandate.establishment_id not in electorate:
        raise NotAVoter
    if ballot.votes.filter(establishment_id=mandate.establishment_id).exists():
        raise AlreadyVoted
    record_attendance(session_id=ballot.item.session_id, mandate=mandate, at=at)
    Vote.objects.create(
        ballot=ballot,
        establishment_id=mandate.establishment_id,
        choice=choice.value,
        mandate=mandate,
        by_name=mandate.person_name,
        cast_at=at,
    )
    audit.record(
        audit.Action.VOTE_CAST,
        by=by,
        at=at,
        target=f"ballot:{ballot.pk}",
        detail={"establishment": mandate.establishment_id, "choice": choice.value},
    )
    if ballot.votes.count() == len(electorate):
        return _decide(ballot, by=by, at=at)
    return None


def _decide(ballot: Ballot, *, by: audit.Actor | None, at: datetime) -> Decision:
    rule = voting.read_rule(ballot.rule)
    voters = [voter["code"] for voter in ballot.electorate]
    session = ballot.item.session
    present = Attendance.objects.filter(session=session, establishment_id__in=voters).count()
    if present < voting.quorum_needed(rule, len(voters)):
        raise QuorumNotReached
    votes = {vote.establishment_id: voting.Choice(vote.choice) for vote in ballot.votes.all()}
    result = voting.decide(rule, votes, voters=len(voters))
    ballot.closed_at = at
    ballot.save(update_fields=["closed_at"])
    decision = Decision.objects.create(
        number=_next_number(session.body_id, at),
        item=ballot.item,
        outcome=result.outcome.value,
        tally=voting.count(votes.values()).as_dict() | {"present": present, "voters": len(voters)},
        explanation=result.explanation,
        exhibit_json=ballot.exhibit_json,
        exhibit_sha256=ballot.exhibit_sha256,
        decided_at=at,
    )
    audit.record(
        audit.Action.DECISION_FROZEN,
        by=by,
        at=at,
        target=f"decision:{decision.number}",
        detail={"outcome": decision.outcome, "exhibit_sha256": decision.exhibit_sha256},
    )
    return decision


def _next_number(body: str, at: datetime) -> str:
    """Number decisions by body and year, without a gap: the body's row is the lock."""
    Body.objects.select_for_update(of=("self",)).get(pk=body)
    year = timezone.localtime(at).year
    taken = Decision.objects.filter(number__startswith=f"{body}-{year}-").count()
    return f"{body}-{year}-{taken + 1:03d}"
