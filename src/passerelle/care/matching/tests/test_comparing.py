"""How two profiles agree, what it is worth, and what it says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.matching.api import Profile, compare
from passerelle.care.matching.rules.comparable import comparable
from passerelle.care.matching.rules.comparing import FIELDS, agreement
from passerelle.care.matching.rules.model import declared_model
from passerelle.care.matching.tests.cast import ZOE, like


def level(field, one, other):
    return getattr(agreement(comparable(one), comparable(other)), field)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Étoile-Dupont", "ETOILE DUPONT", "exact"),
        ("Étoile-Dupont", "Dupont Étoile", "exact"),
        ("D’Angelo", "D ANGELO", "exact"),
        ("Le Goff", "LEGOFF", "exact"),
        ("Saint-Martin", "St Martin", "exact"),
        ("Mme Durand", "Durand", "exact"),
        ("Étoile-Dupont", "Dupont", "part"),
        ("de Villiers", "Villiers", "part"),
        ("El Amrani", "Amrani", "part"),
        ("Thibault", "Thibaud", "sound"),
        ("Gauthier", "Gauthire", "close"),
        ("Dupont", "Ferrari", "different"),
        ("Dupont", "", "missing"),
    ],
)
def test_family_names(one, other, expected):
    assert level("name", Profile(birth_name=one), Profile(birth_name=other)) == expected


def test_a_used_name_told_as_birth_name_is_crossed():
    married = Profile(birth_name="Dupont", used_name="Martin")

    assert level("name", married, Profile(birth_name="Martin")) == "crossed"
    assert level("name", married, Profile(birth_name="Dupont épouse Martin")) == "exact"
    assert level("name", married, Profile(birth_name="Durand", used_name="Martin")) == "used_only"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Zoé", "Anne"), ("ZOE",), "exact"),
        (("Jean-Pierre",), ("Jean", "Pierre"), "exact"),
        (("Jean-Pierre",), ("Jean",), "part"),
        (("Marie", "Léa"), ("Marie", "Zoé"), "list_conflict"),
        (("Jean", "Claude"), ("Claude",), "other_given"),
        (("Zoé",), ("Z",), "initial"),
        (("Nathalie",), ("Natalie",), "sound"),
        (("Rachid",), ("Rasheed",), "near"),
        (("Zoé",), ("Manon",), "different"),
        (("Zoé",), (), "missing"),
    ],
)
def test_given_names(one, other, expected):
    first, second = (Profile(birth_name="A", given_names=names) for names in (one, other))

    assert level("given", first, second) == expected


def test_a_name_and_a_given_name_swapped_are_seen_in_both():
    one, other = Profile(birth_name="Martin", first_given="Zoé"), Profile(birth_name="Zoé", first_given="Martin")

    assert (level("name", one, other), level("given", one, other)) == ("swapped", "swapped")


@pytest.mark.parametrize("told", ["BEBE", "Bébé", "Nouveau-né", "FILLE", "Jumeau 2", "Garçon 1"])
def test_a_newborn_without_a_name_is_told_from_a_named_child(told):
    born = date(2026, 1, 5)
    child = Profile(birth_name="A", first_given="Léa", birth_date=born)

    assert level("given", Profile(birth_name="A", first_given=told, birth_date=born), child) == "newborn"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (date(1984, 3, 12), date(1984, 3, 12), "exact"),
        (date(1984, 1, 1), date(1984, 1, 1), "exact_conventional"),
        (date(1984, 3, 12), date(1984, 12, 3), "day_and_month_swapped"),
        (date(1984, 3, 12), date(1984, 3, 22), "one_digit"),
        (date(1984, 3, 12), date(1984, 1, 1), "conventional"),
        (date(1984, 3, 12), date(1984, 12, 31), "conventional"),
        (date(1984, 1, 1), date(1985, 1, 1), "different"),
        (date(1984, 3, 12), date(1984, 3, 30), "two_of_three"),
        (date(1984, 3, 12), date(1951, 7, 30), "different"),
        (date(1984, 3, 12), None, "missing"),
    ],
)
def test_birth_dates(one, other, expected):
    assert level("birth_date", Profile(birth_date=one), Profile(birth_date=other)) == expected


def test_a_year_alone_agrees_with_a_date_of_that_year():
    assert level("birth_date", Profile(birth_date=date(1940, 5, 6)), Profile(birth_year=1940)) == "year_only"
    assert level("birth_date", Profile(birth_date=date(1940, 5, 6)), Profile(birth_year=1941)) == "different"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("13055", "13055", "exact"),
        ("13055", "13001", "department"),
        ("13055", "75056", "different"),
        ("99352", "99999", "missing"),
        ("99999", "99999", "missing"),
        ("99352", "99350", "different"),
    ],
)
def test_birth_places(one, other, expected):
    assert level("birth_place", Profile(birth_place=one), Profile(birth_place=other)) == expected


@pytest.mark.parametrize(
    "told", ["04 91 00 00 00", "+33491000000", "0033 4 91 00 00 00", "+33 (0)4 91 00 00 00", "04.91.00.00.00"]
)
def test_a_telephone_is_the_same_however_it_is_typed(told):
    assert level("phone", Profile(phone="0491000000"), Profile(phone=told)) == "exact"


def test_a_telephone_that_is_none_says_nothing():
    assert level("phone", Profile(phone="00 00 00 00 00"), Profile(phone="0000000000")) == "missing"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("12 bd St-Pierre", "12, boulevard Saint Pierre", "exact"),
        ("12 rue de l’Essai", "12 RUE ESSAI", "exact"),
        ("12 avenue du Prado", "12 avenue du Pardo", "close"),
        ("12 rue Paradis", "14 rue Paradis", "postal_code"),
    ],
)
def test_addresses(one, other, expected):
    first, second = (Profile(street=street, postal_code="13005") for street in (one, other))

    assert level("address", first, second) == expected


def test_each_field_says_what_it_weighs_in_french():
    score = compare(ZOE, like())

    assert {field.field for field in score.fields} >= {"name", "given", "birth_date", "sex", "birth_place", "phone"}
    assert score.fields[0].weight >= score.fields[-1].weight
    (name,) = [field for field in score.fields if field.field == "name"]
    assert name.why_fr == "Nom de naissance identique et rare\u00a0: +15,4"
    assert score.weight == pytest.approx(sum(field.weight for field in score.fields), abs=0.5)


def test_a_common_name_weighs_less_than_a_rare_one():
    def weight(name):
        scores = compare(Profile(birth_name=name), Profile(birth_name=name)).fields
        return scores[0].weight

    assert weight("Martin") < weight("Delaunay") < weight("Zwxkrabiczek")


def test_what_relatives_share_weighs_little_when_given_names_differ():
    twin = like(given_names=("Manon",), first_given="Manon")
    shared = [field.weight for field in compare(ZOE, twin).fields if field.field in {"phone", "email", "address"}]

    assert 0 < sum(shared) <= 3.1


_PROFILES = st.builds(
    Profile,
    birth_name=st.text(max_size=12),
    used_name=st.text(max_size=8),
    given_names=st.lists(st.text(max_size=8), max_size=3).map(tuple),
    first_given=st.text(max_size=8),
    birth_date=st.none() | st.dates(),
    sex=st.sampled_from(["", "M", "F", "U"]),
    birth_place=st.sampled_from(["", "13055", "99999", "2A004"]),
    phone=st.text("0123456789+ ()", max_size=16),
    email=st.text(max_size=12),
    street=st.text(max_size=20),
    postal_code=st.sampled_from(["", "13005"]),
)


@given(one=_PROFILES, other=_PROFILES)
def test_comparing_never_fails_and_does_not_depend_on_the_order(one, other):
    there, back = compare(one, other), compare(other, one)

    assert there.weight == pytest.approx(back.weight, abs=0.01)
    assert 0 <= there.probability <= 1


def test_every_level_of_every_field_is_declared():
    model = declared_model()

    assert tuple(model.fields) == FIELDS
    assert all(
        0 < level.m < 1 and 0 < level.u < 1 for field in model.fields.values() for level in field.levels.values()
    )
