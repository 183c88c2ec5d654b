"""What no score may overrule."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from passerelle.care.matching.rules.comparable import comparable
from passerelle.care.matching.rules.deciding import judge, shortlist
from passerelle.care.matching.rules.guards import Zone
from passerelle.care.matching.rules.model import declared_model
from passerelle.care.matching.tests.cast import ZOE, like

KNOWN = replace(ZOE, local_identity_id=UUID(int=1))


def judged(arrival, *known):
    one = comparable(arrival)
    return judge(one, shortlist(one, known or (KNOWN,), declared_model()), {}, declared_model())


def zone(arrival, *known):
    best, _ = judged(arrival, *known)
    return best.zone if best else Zone.SEPARATE


def test_the_same_traits_with_a_confirmation_are_linked():
    assert zone(like()) == Zone.LINK


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "PROV"},
        {"status": "RECUP"},
        {"attributes": frozenset({"DOUT"})},
        {"attributes": frozenset({"HOMA"})},
        {"sex": "M"},
        {"sex": ""},
        {"birth_place": ""},
        {"birth_place": "13001"},
        {"birth_name": "Étoile-Dupond"},
        {"first_given": "Zoée", "given_names": ("Zoée",)},
        {"birth_date": date(1984, 12, 3)},
        {"birth_date": date(1984, 1, 1)},
        {"establishment": "aphm"},
        {"phone": "", "email": "", "street": "", "postal_code": ""},
        {"given_names": ("Zoé", "Louise")},
    ],
)
def test_a_single_doubt_leaves_it_to_a_human(changes):
    assert zone(like(**changes)) == Zone.PROPOSE


@pytest.mark.parametrize(
    "changes",
    [
        {"first_given": "Manon", "given_names": ("Manon",)},
        {"attributes": frozenset({"FICT"})},
        {"birth_date": date(2010, 7, 1), "email": ""},
        {"birth_date": date(2010, 7, 1), "first_given": "BEBE", "given_names": ("BEBE",)},
        {"birth_name": "X", "first_given": "", "given_names": ()},
    ],
)
def test_two_persons_are_not_even_proposed(changes):
    assert zone(like(**changes)) == Zone.SEPARATE


def test_birth_ranks_tell_twins_apart():
    first = replace(KNOWN, birth_order="1", is_multiple_birth=True)

    assert zone(like(birth_order="2", is_multiple_birth=True), first) == Zone.SEPARATE
    assert zone(like(birth_order="1", is_multiple_birth=True), first) == Zone.LINK


def qualified(profile, number):
    return replace(profile, status="QUAL", ins_matricule=number, ins_family="reelle", is_ins_qualified=True)


def test_two_qualified_ins_are_never_one_person():
    best, _ = judged(qualified(like(), "284031305512345"), qualified(KNOWN, "284031305554321"))

    assert best is None or best.zone == Zone.SEPARATE


def test_two_numbers_of_which_one_is_not_qualified_are_never_linked():
    held = replace(KNOWN, ins_matricule="284031305512345", ins_family="reelle")

    assert zone(qualified(like(), "284031305554321"), held) < Zone.LINK


def test_a_waiting_number_then_a_nir_are_proposed():
    assert zone(qualified(like(), "284031305512345"), qualified(KNOWN, "884031305554321")) == Zone.PROPOSE


def test_the_same_ins_confirms_the_traits():
    known = qualified(KNOWN, "284031305512345")
    arrival = qualified(like(phone="", email="", street="", postal_code=""), "284031305512345")

    assert zone(arrival, known) == Zone.LINK


def test_a_second_person_who_looks_the_same_forbids_the_link():
    rival = replace(KNOWN, local_identity_id=UUID(int=2), establishment="salon")

    best, others = judged(like(), KNOWN, rival)

    assert best.zone == Zone.PROPOSE
    assert "presque autant" in best.guards[-1].why_fr
    assert len(others) == 1


def test_two_files_of_one_person_are_no_rivals():
    other = replace(KNOWN, local_identity_id=UUID(int=2), establishment="salon")
    arrival = comparable(like())
    kept = shortlist(arrival, (KNOWN, other), declared_model())

    best, others = judge(arrival, kept, {UUID(int=1): UUID(int=9), UUID(int=2): UUID(int=9)}, declared_model())

    assert best.zone == Zone.LINK
    assert others == ()
