"""Which proofs qualify, for whom, since when. Source: RNIV 1, 3.3.3, and its exceptions of January 2024."""

from __future__ import annotations

from datetime import date

import pytest

from passerelle.protocols.ins import EVIDENCE_RULES, CollectionMode, Situation, evidence_rule, is_high_trust

TODAY = date(2026, 3, 2)
BEFORE = date(2023, 12, 31)
CHILD, GROWN = date(2015, 6, 1), date(1984, 3, 12)
CODES = ["AN", "CC", "CE", "CM", "CN", "CS", "LE", "PA", "PC", "TC", "DC", "AC", "IE"]


def qualifies(code, situation=Situation.NONE, *, on=TODAY, birth_date=GROWN):
    return is_high_trust(code, situation=situation, on=on, birth_date=birth_date)


@pytest.mark.parametrize("code", ["CN", "PA", "CS", "CE", "IE"])
def test_a_title_with_a_photograph_of_a_state_qualifies_anybody(code):
    assert qualifies(code)
    assert qualifies(code, on=BEFORE)


@pytest.mark.parametrize("code", ["PC", "TC", "CM", "CC", "LE", "AN", "AC", "DC", "ZZ", ""])
def test_another_proof_does_not_qualify_an_adult_in_an_ordinary_case(code):
    assert not qualifies(code)


@pytest.mark.parametrize("code", ["AN", "LE"])
def test_a_birth_certificate_or_family_book_qualifies_a_minor_with_a_parent(code):
    assert qualifies(code, Situation.MINOR, birth_date=CHILD)
    assert not qualifies(code, Situation.MINOR, birth_date=GROWN)
    assert not qualifies(code, Situation.MINOR, birth_date=None)


def test_a_minor_is_one_until_the_day_before_the_eighteenth_birthday():
    assert qualifies("LE", Situation.MINOR, birth_date=date(2008, 3, 3))
    assert not qualifies("LE", Situation.MINOR, birth_date=date(2008, 3, 2))


@pytest.mark.parametrize("code", ["AC", "LE"])
def test_the_nursing_home_exception_began_in_2024(code):
    assert qualifies(code, Situation.NURSING_HOME)
    assert not qualifies(code, Situation.NURSING_HOME, on=BEFORE)


@pytest.mark.parametrize(("code", "situation"), [("DC", Situation.MINOR), ("AN", Situation.CHILD_WELFARE)])
def test_the_exceptions_for_children_began_in_2024(code, situation):
    assert qualifies(code, situation, birth_date=CHILD)
    assert not qualifies(code, situation, on=BEFORE, birth_date=CHILD)


def test_every_code_of_the_field_is_known_with_its_words():
    assert {rule.code for rule in EVIDENCE_RULES} == set(CODES)
    assert all(evidence_rule(code, on=TODAY).label for code in CODES)


@pytest.mark.parametrize("code", CODES)
def test_the_rules_of_a_proof_follow_each_other_without_gap_nor_overlap(code):
    rules = sorted((rule for rule in EVIDENCE_RULES if rule.code == code), key=lambda rule: rule.since)

    assert [rule.until for rule in rules] == [*(rule.since for rule in rules[1:]), None]


def test_nothing_is_known_before_the_national_rules():
    assert evidence_rule("CN", on=date(2019, 1, 1)) is None


def test_every_mode_and_situation_has_its_words():
    assert all(one.label for one in (*CollectionMode, *Situation))
