from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from passerelle.protocols import ins
from passerelle.protocols.ins import IdentityStatus, InsKind

RIGHT = ["279035121518989", "277076322082910", "260058815400233"]
WRONG = [
    "221042545611404",
    "224027511583555",
    "223042545611404",
    "222127505611201",
    "170017510112313",
    "147720425367411",
]
bodies = st.from_regex(r"[12][0-9]{4}([0-9]{2}|2A|2B)[0-9]{6}", fullmatch=True)


@pytest.mark.parametrize("matricule", RIGHT)
def test_the_right_keys_of_the_official_examples_are_accepted(matricule):
    assert ins.check_key(matricule)


@pytest.mark.parametrize("matricule", WRONG)
def test_the_wrong_keys_of_the_official_examples_are_seen(matricule):
    assert not ins.check_key(matricule)


@given(bodies)
def test_a_matricule_with_its_computed_key_is_right_and_any_other_key_is_wrong(body):
    key = ins.compute_key(body)

    accepted = [number for number in range(100) if ins.check_key(f"{body}{number:02d}")]

    assert accepted == [int(key)]
    assert 1 <= int(key) <= 97


@given(bodies, st.integers(0, 12), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_seen(body, place, digit):
    assume(body[place] != digit and body[5:7] not in {"2A", "2B"})
    damaged = body[:place] + digit + body[place + 1 :]

    assert ins.compute_key(damaged) != ins.compute_key(body)


@pytest.mark.parametrize(("letter", "taken_off"), [("2A", 1_000_000), ("2B", 2_000_000)])
def test_corsican_departments_take_one_or_two_millions_off(letter, taken_off):
    number = int("1550320300004") - taken_off

    assert ins.compute_key(f"15503{letter}300004") == f"{97 - number % 97:02d}"


@pytest.mark.parametrize("matricule", ["", "27903512151898", "2790351215189899", "27903512C518989", "²79035121518989"])
def test_what_is_not_a_matricule_has_no_right_key(matricule):
    assert not ins.check_key(matricule)


def test_the_key_of_something_else_than_thirteen_characters_is_refused():
    with pytest.raises(ValueError, match="13"):
        ins.compute_key("279035121518")


def test_groups_and_blanks_do_not_change_the_check():
    assert ins.check_key(ins.format_matricule("279035121518989"))


def test_a_matricule_is_shown_in_groups_that_do_not_break():
    assert ins.format_matricule("279035121518989") == "2\u00a079\u00a003\u00a051\u00a0215\u00a0189\u00a089"


def test_what_has_not_the_length_of_a_matricule_is_shown_as_it_is():
    assert ins.format_matricule("27903") == "27903"


@pytest.mark.parametrize(
    ("oid", "kind"),
    [
        ("1.2.250.1.213.1.4.8", InsKind.NIR),
        ("1.2.250.1.213.1.4.9", InsKind.NIA),
        ("urn:oid:1.2.250.1.213.1.4.10", InsKind.NIR_TEST),
        ("1.2.250.1.213.1.4.11", InsKind.NIR_DEMO),
        ("1.2.250.1.213.1.4.2", None),
        ("", None),
    ],
)
def test_an_oid_says_what_the_number_is(oid, kind):
    assert ins.kind_of(oid) is kind


def test_only_test_and_demonstration_numbers_are_fictitious():
    assert {kind for kind in InsKind if kind.is_fictitious} == {InsKind.NIR_TEST, InsKind.NIR_DEMO}


def test_every_kind_and_every_status_has_a_french_label():
    labels = [one.label for one in (*InsKind, *IdentityStatus)]

    assert all(labels)
    assert len(set(labels)) == 8
