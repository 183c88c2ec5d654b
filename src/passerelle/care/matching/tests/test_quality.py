"""Quality on generated pairs of known truth. Seeds of their own: neither those of tuning, nor those held out."""

import pytest

from passerelle.care.matching.evaluation.french import (
    HELD_OUT_SEEDS,
    TRAINING_SEEDS,
    known_pairs,
    measure,
    zone_of,
    zones_among_all,
)
from passerelle.care.matching.evaluation.others import OTHERS
from passerelle.care.matching.evaluation.same import SAME
from passerelle.care.matching.rules import guards
from passerelle.care.matching.rules.guards import Zone
from passerelle.care.matching.rules.model import declared_model

SEED = 4242


@pytest.fixture(scope="module")
def pairs():
    return list(known_pairs(SEED, per_kind=12))


def test_no_two_persons_are_linked_and_nearly_every_true_pair_is_found(pairs):
    found = measure(pairs, *zones_among_all(pairs, declared_model()))

    assert found.false_merges == 0
    assert found.recall >= 0.98
    assert found.recall_linked > 0.1


@pytest.mark.parametrize("kind", ["twins", "two_qualified_ins", "fictive", "mother_and_newborn", "newborn_twins"])
def test_some_pairs_are_not_even_proposed(pairs, kind):
    zones = [zone_of(pair, declared_model()) for pair in pairs if pair.kind == kind]

    assert zones.count(Zone.SEPARATE) >= len(zones) - 1


@pytest.mark.parametrize("kind", ["two_ipp_in_one_house", "nia_then_nir", "newborn_then_named", "wrong_sex"])
def test_some_true_pairs_are_left_to_a_human(pairs, kind):
    zones = {zone_of(pair, declared_model()) for pair in pairs if pair.kind == kind}

    assert zones == {Zone.PROPOSE}


def test_a_seed_always_makes_the_same_pairs():
    assert list(known_pairs(7, per_kind=1)) == list(known_pairs(7, per_kind=1))


def test_the_set_is_as_large_as_promised_and_seeds_do_not_mix():
    assert (len(SAME) + len(OTHERS)) * 100 >= 5_000
    assert not set(TRAINING_SEEDS) & set(HELD_OUT_SEEDS)


@pytest.mark.parametrize("rule", ["_uncorroborated", "_strict_traits", "_fictive"])
def test_the_set_sees_a_rule_taken_away(pairs, monkeypatch, rule):
    monkeypatch.setattr(guards, "_RULES", tuple(one for one in guards._RULES if one.__name__ != rule))

    assert measure(pairs, *zones_among_all(pairs, declared_model())).false_merges > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", HELD_OUT_SEEDS)
def test_held_out_seeds_reach_the_promised_quality(seed):
    pairs = list(known_pairs(seed))
    found = measure(pairs, *zones_among_all(pairs, declared_model()))

    assert found.false_merges == 0
    assert found.recall >= 0.98
