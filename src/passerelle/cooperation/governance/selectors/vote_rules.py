"""The vote rule of a body on a day, put together from the legal parameters."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from passerelle.cooperation.governance.models import Body
from passerelle.cooperation.governance.rules import voting
from passerelle.core.directory import api as directory
from passerelle.core.parameters.api import legal

_MAJORITIES: Final = {
    "simple": voting.Majority.CAST,
    "absolute_present": voting.Majority.PRESENT,
    "absolute_members": voting.Majority.MEMBERS,
}
_TIE_LABELS: Final = {
    voting.Tie.REJECTED: "la proposition est rejetée",
    voting.Tie.CHAIR_DECIDES: "la présidence a voix prépondérante",
}


@dataclass(frozen=True, slots=True)
class DatedRule:
    """A vote rule, in words, with what must be checked again and when."""

    rule: voting.VoteRule
    quorum_percent: float
    majority_label: str
    tie_label: str
    valid_from: date
    check_by: date
    has_house_rule: bool


def vote_rule_of(body: Body, on: date) -> DatedRule | None:
    """Return the rule in force on a day; None for a body that gives an opinion and does not vote by establishment.

    Raises:
        UnknownParameter, NoParameterInForce: the body votes and its parameters are missing.
    """
    if not body.vote_parameters:
        return None
    quorum = legal(f"{body.vote_parameters}.quorum_share", on)
    majority = legal(f"{body.vote_parameters}.majority", on)
    rule = voting.read_rule(
        {
            "quorum_share": str(quorum.value),
            "majority": _MAJORITIES[str(majority.value)].value,
            "tie": body.tie,
            "voting_roles": body.voting_roles,
            "chair": _chair(),
            "source": f"{body.source}. Quorum : {quorum.source}. Majorité : {majority.source}.",
        }
    )
    return DatedRule(
        rule=rule,
        quorum_percent=float(rule.quorum_share * 100),
        majority_label=voting.majority_label(rule.majority),
        tie_label=_TIE_LABELS[rule.tie],
        valid_from=max(quorum.valid_from, majority.valid_from),
        check_by=min(quorum.check_by, majority.check_by),
        has_house_rule=quorum.is_house_rule or majority.is_house_rule,
    )


def _chair() -> str:
    """Return the support establishment, whose director chairs."""
    return next((row.code for row in directory.establishments() if row.role == "support"), "")
