"""The door of governance: bodies, sessions, votes, decisions, and where other packages bring their papers."""

from passerelle.cooperation.governance.rules.voting import Choice, Outcome
from passerelle.cooperation.governance.selectors.decisions import DecisionRow, decision_register
from passerelle.cooperation.governance.selectors.sessions import SessionRow, sessions
from passerelle.cooperation.governance.services.ballots import cast_vote, close_vote, enter_vote, open_vote
from passerelle.cooperation.governance.services.bodies import load_bodies
from passerelle.cooperation.governance.services.demonstration import load_demo, vote_in_the_room
from passerelle.cooperation.governance.services.exhibits import register_exhibit
from passerelle.cooperation.governance.services.refusals import (
    AlreadyVoted,
    BallotAlreadyOpen,
    BallotClosed,
    BallotStillOpen,
    NotAVoter,
    NoVoteRule,
    QuorumNotReached,
    Refusal,
    SessionNotOpen,
)
from passerelle.cooperation.governance.services.sessions import (
    Meeting,
    Subject,
    add_item,
    close_session,
    convene_session,
    open_session,
    record_attendance,
)

__all__ = [
    "AlreadyVoted",
    "BallotAlreadyOpen",
    "BallotClosed",
    "BallotStillOpen",
    "Choice",
    "DecisionRow",
    "Meeting",
    "NoVoteRule",
    "NotAVoter",
    "Outcome",
    "QuorumNotReached",
    "Refusal",
    "SessionNotOpen",
    "SessionRow",
    "Subject",
    "add_item",
    "cast_vote",
    "close_session",
    "close_vote",
    "convene_session",
    "decision_register",
    "enter_vote",
    "load_bodies",
    "load_demo",
    "open_session",
    "open_vote",
    "record_attendance",
    "register_exhibit",
    "sessions",
    "vote_in_the_room",
]
