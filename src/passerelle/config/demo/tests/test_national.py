"""The simulated teleservice of the demonstration knows the fictitious people of the house."""

from dataclasses import replace

import pytest

from passerelle.care.identity import api as identity
from passerelle.care.identity.tests.cast import at, make_establishments, matricule, patient, qualified
from passerelle.config.demo.national import people_with
from passerelle.protocols import ins
from passerelle.protocols.insi import api as insi

pytestmark = pytest.mark.django_db
ZOE = insi.SearchTraits("ETOILE-DUPONT", ("ZOE",), "F", "1984-03-12")


@pytest.fixture(autouse=True)
def _hospitals():
    make_establishments()


def come(number="1", code="aphm", **more):
    identity.resolve(patient(number, code, **more), establishment=code, at=at(0), source="essai")


def test_an_ins_held_in_the_house_is_the_one_that_is_answered():
    come("7", "arles")
    come("1", held=qualified())

    (found,) = people_with(ZOE)
    assert found.identity.matricule == matricule()
    assert found.identity.given_names == "ZOE ANNE"


def test_somebody_without_ins_gets_always_the_same_right_number():
    come()
    first, again = people_with(ZOE)[0].identity, people_with(replace(ZOE, given_names=("ZOE", "ANNE")))[0].identity

    assert first == again
    assert ins.check_key(first.matricule)
    assert ins.kind_of(first.oid).is_fictitious


@pytest.mark.parametrize(
    "asked",
    [
        replace(ZOE, birth_name="AUTRE"),
        replace(ZOE, given_names=("LEA",)),
        replace(ZOE, birth_date="1984-03-13"),
        replace(ZOE, birth_date="1984-03-00"),
        replace(ZOE, birth_place="75056"),
    ],
)
def test_nobody_else_is_found(asked):
    come()
    assert people_with(asked) == []
