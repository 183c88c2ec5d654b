"""Decide a ballot: who may vote, whether the quorum is met, what the votes say.

One establishment, one vote (strategic project of the group 2023-2027, part « gouvernance »). The rest of the rule is a
dated parameter that travels with the ballot: nothing here is a constant of the law.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import Final, assert_never

_NBSP: Final = "\u00a0"


class Choice(StrEnum):
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class Outcome(StrEnum):
    ADOPTED = "adopted"
    REJECTED = "rejected"


class Majority(StrEnum):
    """What « more than half » is counted on."""

    CAST = "cast"
    PRESENT = "present"
    MEMBERS = "members"


class Tie(StrEnum):
    """What becomes of as many votes for as against."""

    REJECTED = "rejected"
    CHAIR_DECIDES = "chair"


class MalformedRule(ValueError):
    """A vote rule that cannot be read: an unknown majority, a share out of bounds."""


@dataclass(frozen=True, slots=True)
class VoteRule:
    """How a body votes. `quorum_share` is the share of the voters whose presence is enough."""

    quorum_share: Fraction
    majority: Majority
    tie: Tie
    voting_roles: frozenset[str]
    chair: str
    source: str

    def as_dict(self) -> dict[str, object]:
        return {
            "quorum_share": str(self.quorum_share),
            "majority": self.majority.value,
            "tie": self.tie.value,
            "voting_roles": sorted(self.voting_roles),
            "chair": self.chair,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class Tally:
    in_favour: int
    against: int
    abstained: int

    @property
    def cast(self) -> int:
        return self.in_favour + self.against

    @property
    def present(self) -> int:
        return self.cast + self.abstained

    def as_dict(self) -> dict[str, int]:
        return {"for": self.in_favour, "against": self.against, "abstain": self.abstained}


@dataclass(frozen=True, slots=True)
class Result:
    outcome: Outcome
    is_tie: bool
    explanation: str


def read_rule(content: Mapping[str, object]) -> VoteRule:
    """Build a rule from the mapping of a data file or of a frozen ballot.

    Raises:
        MalformedRule: a key is missing, or a value is outside its closed set.
    """
    try:
        share = Fraction(str(content["quorum_share"]))
        roles = content["voting_roles"]
        if not 0 <= share <= 1:
            raise MalformedRule(f"quorum_share : {share} n’est pas entre 0 et 1")
        if not isinstance(roles, list) or not roles:
            raise MalformedRule(f"voting_roles : {roles!r} n’est pas une liste de rôles")
        return VoteRule(
            quorum_share=share,
            majority=Majority(str(content["majority"])),
            tie=Tie(str(content["tie"])),
            voting_roles=frozenset(str(role) for role in roles),
            chair=str(content["chair"]),
            source=str(content["source"]),
        )
    except KeyError as missing:
        raise MalformedRule(f"clé absente : {missing}") from missing
    except ValueError as wrong:
        raise MalformedRule(str(wrong)) from wrong


def quorum_needed(rule: VoteRule, voters: int) -> int:
    """Return how many establishments must be present: the share of the rule, rounded up."""
    return ceil(voters * rule.quorum_share)


def count(choices: Iterable[Choice]) -> Tally:
    """Count the votes."""
    seen = list(choices)
    return Tally(seen.count(Choice.FOR), seen.count(Choice.AGAINST), seen.count(Choice.ABSTAIN))


def decide(rule: VoteRule, votes: Mapping[str, Choice], *, voters: int) -> Result:
    """Apply the rule to the votes, by establishment code, and say in French why.

    A proposal is adopted by more votes for than half of the basis of the rule; as many for as against is a tie, which
    the rule settles; a ballot of abstentions only adopts nothing.
    """
    tally = count(votes.values())
    basis = _basis(rule.majority, tally, voters)
    is_tie = rule.majority is Majority.CAST and tally.cast > 0 and tally.in_favour == tally.against
    if is_tie:
        return _settle_tie(rule, tally, votes.get(rule.chair))
    adopted = 2 * tally.in_favour > basis
    return Result(
        outcome=Outcome.ADOPTED if adopted else Outcome.REJECTED,
        is_tie=False,
        explanation=f"{say_tally(tally)}{_NBSP}: {_say_reason(rule.majority, tally, basis, adopted=adopted)}",
    )


def say_tally(tally: Tally) -> str:
    """Say a tally: « 9 voix pour, 3 contre, 1 abstention »."""
    return (
        f"{tally.in_favour}{_NBSP}voix pour, {tally.against}{_NBSP}contre, "
        f"{tally.abstained}{_NBSP}abstention{'s' if tally.abstained > 1 else ''}"
    )


def _basis(majority: Majority, tally: Tally, voters: int) -> int:
    match majority:
        case Majority.CAST:
            return tally.cast
        case Majority.PRESENT:
            return tally.present
        case Majority.MEMBERS:
            return voters
        case _:
            assert_never(majority)


def majority_label(majority: Majority) -> str:
    """Name a majority as a sentence uses it: « majorité des suffrages exprimés »."""
    match majority:
        case Majority.CAST:
            return "majorité des suffrages exprimés"
        case Majority.PRESENT:
            return "majorité des établissements présents"
        case Majority.MEMBERS:
            return "majorité des établissements membres"
        case _:
            assert_never(majority)


def _say_reason(majority: Majority, tally: Tally, basis: int, *, adopted: bool) -> str:
    if basis == 0:
        return "rejeté, aucun suffrage exprimé"
    verdict = "adopté à la" if adopted else "rejeté, faute de la"
    return f"{verdict} {majority_label(majority)} ({tally.in_favour} sur {basis})"


def _settle_tie(rule: VoteRule, tally: Tally, chair_choice: Choice | None) -> Result:
    equal = f"{say_tally(tally)}{_NBSP}: partage égal des voix"
    if rule.tie is Tie.CHAIR_DECIDES and chair_choice in {Choice.FOR, Choice.AGAINST}:
        adopted = chair_choice is Choice.FOR
        said = "adopté" if adopted else "rejeté"
        outcome = Outcome.ADOPTED if adopted else Outcome.REJECTED
        return Result(outcome, True, f"{equal}, {said} par la voix prépondérante de la présidence")
    if rule.tie is Tie.CHAIR_DECIDES:
        return Result(
            Outcome.REJECTED, True, f"{equal} et présidence sans suffrage exprimé, la proposition est rejetée"
        )
    return Result(
        Outcome.REJECTED,
        True,
        f"{equal}, la proposition est rejetée (la règle n’accorde de voix prépondérante à personne)",
    )
