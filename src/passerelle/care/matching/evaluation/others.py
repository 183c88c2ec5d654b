"""Two persons that look like one: relatives, homonyms, and what registers mix up."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Final

from passerelle.care.matching.evaluation import people
from passerelle.care.matching.evaluation.people import Town
from passerelle.care.matching.evaluation.same import Pair, Telling, elsewhere, slip
from passerelle.care.matching.rules.profile import Profile

_COMMON_NAMES: Final = ("MARTIN", "BERNARD", "THOMAS", "PETIT", "GARCIA", "BENALI", "NGUYEN", "ROUX")
_TWINS_ALIKE: Final = (
    ("LINA", "LISA"), ("LEA", "LENA"), ("MIA", "MILA"), ("ENZO", "LENZO"), ("JULIE", "JULIA"),
    ("MARIE-ANNE", "MARIE-LAURE"),
    ("JEAN-PIERRE", "JEAN-PAUL"), ("HASSAN", "HOUSSEIN"), ("LOUIS", "LOUISE"), ("AMINA", "AMINE"), ("SARA", "ZARA"),
    ("ADAM", "ADEN"), ("NOA", "NOE"), ("CELIA", "DELIA"), ("CHLOE", "CLOE-ANNE"), ("TOM", "TIM"),
)  # fmt: skip


def _given(random: Random, place: Town, sex: str, *, but: str) -> str:
    drawn = place.women if sex == "F" else place.men
    while (found := people.pick(random, drawn)) == but:
        pass
    return found


def _named(one: Profile, given: str) -> Profile:
    return replace(one, given_names=(given,), first_given=given)


def _trusted(one: Profile) -> Profile:
    return replace(one, status="VALI")


def _twins(random: Random, place: Town, one: Profile) -> Pair:
    return _trusted(one), _trusted(_named(one, _given(random, place, one.sex, but=one.first_given)))


def _twins_of_two_sexes(random: Random, place: Town, one: Profile) -> Pair:
    sex = "M" if one.sex == "F" else "F"
    return _trusted(one), _trusted(replace(_named(one, _given(random, place, sex, but=one.first_given)), sex=sex))


def _twins_named_alike(random: Random, _: Town, one: Profile) -> Pair:
    first, second = random.choice(_TWINS_ALIKE)
    return _trusted(_named(one, first)), _trusted(_named(one, second))


def _twins_with_a_common_given(random: Random, place: Town, one: Profile) -> Pair:
    first, second = (_given(random, place, one.sex, but=one.first_given) for _ in range(2))
    if first == second:
        second = slip(random, second + "A")
    left = replace(one, given_names=(one.first_given, first))
    return _trusted(left), _trusted(replace(one, given_names=(one.first_given, second)))


def _newborn_twins(random: Random, _: Town, one: Profile) -> Pair:
    born = date(2026, 2, 1) + timedelta(days=random.randrange(200))
    child = replace(one, birth_date=born, used_name="", email="", is_multiple_birth=True)
    left = replace(_named(child, "JUMEAU 1"), birth_order="1")
    return left, replace(_named(child, "JUMEAU 2"), birth_order="2")


def _mother_and_newborn(random: Random, _: Town, one: Profile) -> Pair:
    mother = _trusted(replace(one, sex="F", birth_date=date(random.randrange(1980, 2006), 3, random.randrange(1, 29))))
    born = date(2026, 1, 1) + timedelta(days=random.randrange(300))
    name = random.choice((mother.birth_name, mother.used_name or mother.birth_name))
    child = replace(_named(mother, random.choice(("BEBE", "Nouveau-né", mother.first_given))), birth_date=born)
    return mother, replace(child, birth_name=name, used_name="", mother="aphm|1")


def _born_the_same_day(random: Random, place: Town, one: Profile) -> Pair:
    other = people.person(random, place, sex=one.sex)
    same = replace(other, birth_name=one.birth_name, birth_date=one.birth_date)
    return _trusted(one), _trusted(_named(same, one.first_given))


def _born_the_same_day_in_the_same_town(random: Random, place: Town, one: Profile) -> Pair:
    left, right = _born_the_same_day(random, place, replace(one, birth_name=random.choice(_COMMON_NAMES)))
    return left, replace(right, birth_place=left.birth_place, postal_code=left.postal_code)


def _father_and_son(random: Random, _: Town, one: Profile) -> Pair:
    father = _trusted(replace(one, sex="M", birth_date=date(random.randrange(1930, 1980), 6, random.randrange(1, 29))))
    born = (father.birth_date or date(1950, 6, 6)).replace(year=2026 - random.randrange(1, 20))
    son = replace(father, birth_date=born if random.random() < 0.3 else born + timedelta(days=random.randrange(90)))
    return father, replace(son, email="")


def _siblings(random: Random, place: Town, one: Profile) -> Pair:
    born = (one.birth_date or date(1980, 1, 9)) + timedelta(days=random.randrange(300, 2_000))
    other = _named(replace(one, birth_date=born), _given(random, place, one.sex, but=one.first_given))
    return _trusted(one), _trusted(other)


def _siblings_given_alike(random: Random, _: Town, one: Profile) -> Pair:
    born = (one.birth_date or date(1980, 1, 9)) + timedelta(days=random.randrange(300, 2_000))
    first, second = random.choice(_TWINS_ALIKE)
    return _trusted(_named(one, first)), _trusted(_named(replace(one, birth_date=born), second))


def _spouses(random: Random, place: Town, one: Profile) -> Pair:
    other = people.person(random, place, sex="M")
    husband = replace(other, street=one.street, postal_code=one.postal_code, phone=one.phone)
    return replace(one, sex="F", used_name=husband.birth_name), husband


def _same_name_other_year(random: Random, place: Town, one: Profile) -> Pair:
    born = one.birth_date or date(1970, 4, 4)
    other = people.person(
        random, place, sex=one.sex, born=born.replace(year=born.year + random.choice((-7, -4, 4, 7)), day=9)
    )
    return _trusted(one), _trusted(_named(replace(other, birth_name=one.birth_name), one.first_given))


def _two_ins(random: Random, _: Town, one: Profile) -> Pair:
    known = replace(one, status="QUAL", ins_family=people.FAMILY, is_ins_qualified=True)
    first = people.matricule(random, one)
    while (second := people.matricule(random, one)) == first:
        pass
    return replace(known, ins_matricule=first), replace(known, ins_matricule=second)


def _fictive(_: Random, __: Town, one: Profile) -> Pair:
    return one, replace(one, attributes=frozenset({"FICT"}))


def _unknown_patients(random: Random, place: Town, one: Profile) -> Pair:
    left = replace(_named(one, "X"), birth_name="INCONNU", used_name="", birth_date=None)
    right = replace(people.person(random, place, sex=one.sex), birth_name="INCONNU", used_name="", birth_date=None)
    return elsewhere(random, left), _named(right, "X")


def _first_of_january(random: Random, place: Town, one: Profile) -> Pair:
    born = date((one.birth_date or date(1960, 1, 1)).year, 1, 1)
    left = _named(replace(one, birth_name="BENALI", birth_place="99352", birth_date=born), "MOHAMED")
    other = people.person(random, place, sex="M", born=born)
    right = _named(replace(other, birth_name="BENALI", birth_place="99352"), "MOHAMED")
    return _trusted(replace(left, sex="M")), _trusted(right)


def _neighbours(random: Random, place: Town, one: Profile) -> Pair:
    other = people.person(random, place, sex=one.sex, born=one.birth_date)
    return one, replace(other, birth_place=one.birth_place, postal_code=one.postal_code)


def _anyone(random: Random, place: Town, one: Profile) -> Pair:
    return one, people.person(random, place)


OTHERS: Final[Mapping[str, Telling]] = {
    "twins": _twins,
    "twins_of_two_sexes": _twins_of_two_sexes,
    "twins_named_alike": _twins_named_alike,
    "twins_with_a_common_given": _twins_with_a_common_given,
    "newborn_twins": _newborn_twins,
    "mother_and_newborn": _mother_and_newborn,
    "born_the_same_day": _born_the_same_day,
    "born_the_same_day_in_the_same_town": _born_the_same_day_in_the_same_town,
    "father_and_son": _father_and_son,
    "siblings": _siblings,
    "siblings_given_alike": _siblings_given_alike,
    "spouses": _spouses,
    "same_name_other_year": _same_name_other_year,
    "two_qualified_ins": _two_ins,
    "fictive": _fictive,
    "unknown_patients": _unknown_patients,
    "first_of_january": _first_of_january,
    "neighbours": _neighbours,
    "anyone": _anyone,
}
