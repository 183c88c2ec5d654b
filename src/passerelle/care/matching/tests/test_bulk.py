"""The whole base read again by Splink."""

from random import Random

import pytest

from passerelle.care.identity.tests.cast import at
from passerelle.care.matching.api import open_pairs
from passerelle.care.matching.evaluation import people
from passerelle.care.matching.models import Pair
from passerelle.care.matching.selectors.profiles import told_profile
from passerelle.care.matching.services.bulk import link_base
from passerelle.care.matching.services.storing import store_profile
from passerelle.care.matching.tests.cast import ZOE, arrives, like

pytestmark = [pytest.mark.usefixtures("hospitals"), pytest.mark.slow]


def known(profile, number):
    reference = arrives(profile, number)
    store_profile(told_profile(reference.id))
    return reference


@pytest.fixture
def base():
    random, place = Random(5), people.town()
    for rank in range(150):
        person = people.person(random, place)
        known(like(person, establishment="aphm", status="VALI"), f"a{rank}")
        if rank % 2:
            known(like(person, establishment="arles", status="PROV"), f"b{rank}")
    return [known(ZOE, "z1"), known(like(), "z2")]


def test_a_dry_run_counts_and_writes_nothing(base):
    outcome = link_base(probability=0.5, is_real=False, at=at(1))

    assert outcome["proposed"] >= 70
    assert not Pair.objects.exists()


def test_pairs_are_proposed_once_and_nothing_is_linked(base):
    first = link_base(probability=0.5, is_real=True, at=at(1))
    again = link_base(probability=0.5, is_real=True, at=at(2))

    assert first["proposed"] == Pair.objects.count() == len(open_pairs(limit=1_000))
    assert again["proposed"] == 0


def test_an_empty_base_holds_no_pair():
    assert link_base(probability=0.5, is_real=True, at=at(1))["found"] == 0
