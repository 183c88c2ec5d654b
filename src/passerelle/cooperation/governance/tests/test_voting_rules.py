from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.cooperation.governance.rules.voting import (
    Choice,
    Majority,
    MalformedRule,
    Outcome,
    Tie,
    VoteRule,
    decide,
    quorum_needed,
    read_rule,
)

ESTABLISHMENTS = [f"e{rank}" for rank in range(13)]
CONTENT = {
    "quorum_share": "0.5",
    "majority": "cast",
    "tie": "rejected",
    "voting_roles": ["support", "partie"],
    "chair": "e0",
    "source": "règlement intérieur",
}


def rule(**changes: object) -> VoteRule:
    return read_rule(CONTENT | changes)


def votes(in_favour: int, against: int, abstained: int = 0) -> dict[str, Choice]:
    choices = [Choice.FOR] * in_favour + [Choice.AGAINST] * against + [Choice.ABSTAIN] * abstained
    return dict(zip(ESTABLISHMENTS, choices, strict=False))


def test_more_votes_for_than_against_adopt_and_the_sentence_says_how() -> None:
    result = decide(rule(), votes(9, 3, 1), voters=13)

    assert result.outcome is Outcome.ADOPTED
    assert result.explanation == (
        "9\u00a0voix pour, 3\u00a0contre, 1\u00a0abstention\u00a0: "
        "adopté à la majorité des suffrages exprimés (9 sur 12)"
    )


@pytest.mark.parametrize(
    ("majority", "given_votes", "outcome"),
    [
        ("cast", votes(5, 4, 4), Outcome.ADOPTED),
        ("present", votes(5, 4, 4), Outcome.REJECTED),
        ("present", votes(7, 4, 2), Outcome.ADOPTED),
        ("members", votes(6, 1, 0), Outcome.REJECTED),
        ("members", votes(7, 1, 0), Outcome.ADOPTED),
        ("cast", votes(0, 0, 7), Outcome.REJECTED),
        ("cast", votes(0, 3, 0), Outcome.REJECTED),
    ],
)
def test_each_majority_counts_on_its_own_basis(majority: str, given_votes: dict[str, Choice], outcome: Outcome) -> None:
    assert decide(rule(majority=majority), given_votes, voters=13).outcome is outcome


def test_a_tie_adopts_nothing_when_nobody_has_a_casting_vote() -> None:
    result = decide(rule(), votes(6, 6, 1), voters=13)

    assert (result.outcome, result.is_tie) == (Outcome.REJECTED, True)
    assert "partage égal des voix" in result.explanation


@pytest.mark.parametrize(
    ("chair", "outcome", "word"),
    [
        ("e0", Outcome.ADOPTED, "adopté par la voix prépondérante"),
        ("e6", Outcome.REJECTED, "rejeté par la voix prépondérante"),
        ("e12", Outcome.REJECTED, "sans suffrage exprimé"),
    ],
)
def test_the_chair_settles_a_tie_when_the_rule_says_so(chair: str, outcome: Outcome, word: str) -> None:
    result = decide(rule(tie="chair", chair=chair), votes(6, 6, 1), voters=13)

    assert (result.outcome, result.is_tie) == (outcome, True)
    assert word in result.explanation


def test_only_abstentions_are_explained() -> None:
    assert decide(rule(), votes(0, 0, 8), voters=13).explanation.endswith("rejeté, aucun suffrage exprimé")


@given(st.lists(st.sampled_from(Choice), max_size=13))
def test_swapping_for_and_against_never_adopts_both(choices: list[Choice]) -> None:
    swap = {Choice.FOR: Choice.AGAINST, Choice.AGAINST: Choice.FOR, Choice.ABSTAIN: Choice.ABSTAIN}
    cast = dict(zip(ESTABLISHMENTS, choices, strict=False))
    mirrored = {code: swap[choice] for code, choice in cast.items()}

    outcomes = [decide(rule(), each, voters=13).outcome for each in (cast, mirrored)]

    assert outcomes.count(Outcome.ADOPTED) <= 1


@pytest.mark.parametrize(
    ("share", "voters", "needed"), [("0.5", 13, 7), ("0.5", 12, 6), ("1", 13, 13), ("0", 13, 0), ("2/3", 13, 9)]
)
def test_the_quorum_is_the_share_rounded_up(share: str, voters: int, needed: int) -> None:
    assert quorum_needed(rule(quorum_share=share), voters) == needed


@pytest.mark.parametrize(
    "wrong",
    [
        {"majority": "qualified"},
        {"tie": "dice"},
        {"quorum_share": "1.5"},
        {"quorum_share": "half"},
        {"voting_roles": []},
        {"voting_roles": "support"},
    ],
)
def test_a_rule_outside_its_closed_sets_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(MalformedRule):
        rule(**wrong)


def test_a_rule_with_a_missing_key_names_it() -> None:
    with pytest.raises(MalformedRule, match="majority"):
        read_rule({name: value for name, value in CONTENT.items() if name != "majority"})


def test_a_rule_survives_being_frozen() -> None:
    before = VoteRule(Fraction(2, 3), Majority.PRESENT, Tie.CHAIR_DECIDES, frozenset({"partie"}), "aphm", "source")

    assert read_rule(before.as_dict()) == before
