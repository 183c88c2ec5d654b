"""The same person told twice: what changes from one establishment to the other, one kind of difference at a time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Final

from passerelle.care.matching.evaluation import people
from passerelle.care.matching.evaluation.people import Town
from passerelle.care.matching.rules.profile import Profile

Pair = tuple[Profile, Profile]
Telling = Callable[[Random, Town, Profile], Pair]
_LETTERS: Final = "ABCDEFGHIJKLMNOPRSTUV"
_ACCENTS: Final = str.maketrans({"E": "é", "A": "â", "I": "î", "O": "ô", "C": "ç"})
_HEARD: Final = (
    ("AULT", "AUD"), ("AUD", "AUT"), ("EAU", "AUX"), ("ET", "AIT"), ("IER", "IE"), ("PH", "F"), ("OT", "AUD"),
    ("AN", "EN"), ("IN", "AIN"), ("SS", "S"), ("LL", "L"), ("RD", "R"), ("NT", "ND"), ("OUX", "OU"), ("EZ", "ES"),
    ("EC", "ECK"), ("Y", "I"), ("AC", "AK"), ("CH", "SH"), ("C", "K"), ("I", "Y"), ("T", "TT"),
)  # fmt: skip
_TRANSLITERATED: Final = (
    ("MOHAMED", "MUHAMMAD"), ("YOUSSEF", "YUSUF"), ("KHADIJA", "HADIJA"), ("AICHA", "AYSHA"), ("RACHID", "RASHEED"),
    ("FATIMA", "FATMA"), ("OMAR", "UMAR"), ("IBRAHIM", "BRAHIM"), ("KARIM", "KAREEM"), ("SAID", "SAEED"),
    ("AHMED", "AHMAD"), ("MEHDI", "MAHDI"), ("SAMIR", "SAMEER"), ("NADIA", "NADYA"), ("YASMINE", "YASMIN"),
)  # fmt: skip
_PARTICLES: Final = ("LE ", "DE ", "BEN ", "EL ", "DU ", "D’")


def slip(random: Random, word: str) -> str:
    """Return a word with one letter dropped, doubled, replaced, added or exchanged with the next."""
    if len(word) < 3:
        return word + random.choice(_LETTERS)
    place = random.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    return random.choice(
        (
            before + after,
            before + letter + letter + after,
            before + random.choice(_LETTERS) + after,
            before + random.choice(_LETTERS) + letter + after,
            before + after[0] + letter + after[1:],
        )
    )


def heard(random: Random, word: str) -> str:
    """Return a word as another would write it from hearing it."""
    fit = [(one, other) for one, other in _HEARD if one in word]
    if not fit:
        return slip(random, word)
    one, other = random.choice(fit)
    return word.replace(one, other, 1)


def first_given(profile: Profile, name: str) -> Profile:
    """Return a profile with another first given name."""
    return replace(profile, given_names=(name, *profile.given_names[1:]), first_given=name)


def moved(random: Random, profile: Profile) -> Profile:
    """Return a profile at another address."""
    return replace(profile, street=people.street(random), postal_code=f"13{random.randrange(1, 17):03d}")


def unreachable(profile: Profile) -> Profile:
    """Return a profile without telephone, e-mail nor address."""
    return replace(profile, phone="", email="", street="", postal_code="")


def elsewhere(random: Random, profile: Profile) -> Profile:
    """Return a profile of which telephone, e-mail and address have all changed."""
    return replace(moved(random, profile), phone=people.phone(random), email="")


def _exact(_: Random, __: Town, one: Profile) -> Pair:
    return one, one


def _name_slip(random: Random, _: Town, one: Profile) -> Pair:
    return one, replace(one, birth_name=slip(random, one.birth_name))


def _given_slip(random: Random, _: Town, one: Profile) -> Pair:
    return one, first_given(one, slip(random, one.first_given))


def _name_heard(random: Random, _: Town, one: Profile) -> Pair:
    return one, replace(one, birth_name=heard(random, one.birth_name))


def _both_heard(random: Random, _: Town, one: Profile) -> Pair:
    return one, first_given(replace(one, birth_name=heard(random, one.birth_name)), heard(random, one.first_given))


def _accents(_: Random, __: Town, one: Profile) -> Pair:
    other = first_given(one, one.first_given.translate(_ACCENTS))
    return one, replace(other, birth_name=one.birth_name.replace("-", " ").translate(_ACCENTS))


def _married(random: Random, place: Town) -> str:
    return people.pick(random, place.surnames)


def _used_for_birth(random: Random, place: Town, one: Profile) -> Pair:
    known = replace(one, used_name=one.used_name or _married(random, place))
    return known, replace(known, birth_name=known.used_name, used_name="")


def _used_and_birth_swapped(random: Random, place: Town, one: Profile) -> Pair:
    known = replace(one, used_name=one.used_name or _married(random, place))
    return known, replace(known, birth_name=known.used_name, used_name=known.birth_name)


def _used_not_told(random: Random, place: Town, one: Profile) -> Pair:
    known = replace(one, used_name=one.used_name or _married(random, place))
    return known, replace(known, used_name="")


def _both_in_one(random: Random, place: Town, one: Profile) -> Pair:
    used = one.used_name or _married(random, place)
    return replace(one, used_name=used), replace(one, birth_name=f"{one.birth_name} épouse {used}", used_name="")


def _compound_reordered(random: Random, place: Town, one: Profile) -> Pair:
    first, second = people.pick(random, place.surnames), people.pick(random, place.surnames)
    return replace(one, birth_name=f"{first}-{second}"), replace(one, birth_name=f"{second} {first}")


def _compound_cut(random: Random, place: Town, one: Profile) -> Pair:
    first, second = people.pick(random, place.surnames), people.pick(random, place.surnames)
    return replace(one, birth_name=f"{first}-{second}"), replace(one, birth_name=random.choice((first, second)))


def _particle(random: Random, _: Town, one: Profile) -> Pair:
    particle = random.choice(_PARTICLES)
    stuck = particle.strip(" ’") + one.birth_name
    return replace(one, birth_name=particle + one.birth_name), replace(
        one, birth_name=random.choice((stuck, one.birth_name, stuck))
    )


def _swapped(_: Random, __: Town, one: Profile) -> Pair:
    return one, replace(first_given(one, one.birth_name), birth_name=one.first_given)


def _born(one: Profile) -> date:
    return one.birth_date or date(1970, 5, 17)


def _day_and_month(random: Random, _: Town, one: Profile) -> Pair:
    born = _born(one).replace(day=random.randrange(1, 13))
    return replace(one, birth_date=born), replace(one, birth_date=date(born.year, born.day, born.month))


def _date_digit(random: Random, _: Town, one: Profile) -> Pair:
    born = _born(one)
    other = random.choice(
        (
            born.replace(day=1 + (born.day + 9) % 28) if born.day > 18 else born.replace(day=born.day + 10),
            date(born.year - 10, born.month, min(born.day, 28)),
            date(born.year + 1, born.month, min(born.day, 28)),
        )
    )
    return replace(one, birth_date=born.replace(day=min(born.day, 28))), replace(one, birth_date=other)


def _lunar(_: Random, __: Town, one: Profile) -> Pair:
    return one, replace(one, birth_date=date(_born(one).year, 1, 1))


def _year_only(_: Random, __: Town, one: Profile) -> Pair:
    return one, replace(one, birth_date=None, birth_year=_born(one).year)


def _no_date(_: Random, __: Town, one: Profile) -> Pair:
    return one, replace(one, birth_date=None)


def _other_given(random: Random, place: Town, one: Profile) -> Pair:
    drawn = place.women if one.sex == "F" else place.men
    second = people.pick(random, drawn)
    return replace(one, given_names=(one.first_given, second)), replace(one, given_names=(second,), first_given=second)


def _list_cut(random: Random, place: Town, one: Profile) -> Pair:
    drawn = place.women if one.sex == "F" else place.men
    names = (one.first_given, people.pick(random, drawn), people.pick(random, drawn))
    return replace(one, given_names=names), replace(one, given_names=names[:1])


def _compound_given(random: Random, _: Town, one: Profile) -> Pair:
    second = random.choice(("PIERRE", "MARIE", "CLAUDE", "PAUL", "CHRISTINE", "LUC"))
    whole = f"{one.first_given}-{second}"
    other = random.choice((f"{one.first_given} {second}", one.first_given, one.first_given + second))
    return first_given(one, whole), first_given(one, other)


def _transliterated(random: Random, _: Town, one: Profile) -> Pair:
    name, written = random.choice(_TRANSLITERATED)
    return first_given(one, name), first_given(one, written)


def _no_place(_: Random, __: Town, one: Profile) -> Pair:
    return one, replace(one, birth_place="")


def _place_unknown_abroad(_: Random, __: Town, one: Profile) -> Pair:
    return replace(one, birth_place="99352"), replace(one, birth_place="99999")


def _no_sex(_: Random, __: Town, one: Profile) -> Pair:
    return one, replace(one, sex="")


def _wrong_sex(_: Random, __: Town, one: Profile) -> Pair:
    return one, replace(one, sex="M" if one.sex == "F" else "F")


def _not_reachable(_: Random, __: Town, one: Profile) -> Pair:
    return one, unreachable(one)


def _moved(random: Random, _: Town, one: Profile) -> Pair:
    return one, moved(random, one)


def _new_phone(random: Random, _: Town, one: Profile) -> Pair:
    return one, replace(one, phone=people.phone(random))


def _all_contacts_changed(random: Random, _: Town, one: Profile) -> Pair:
    return one, elsewhere(random, one)


def _slip_and_moved(random: Random, _: Town, one: Profile) -> Pair:
    return one, elsewhere(random, replace(one, birth_name=slip(random, one.birth_name)))


def _digit_and_new_phone(random: Random, place: Town, one: Profile) -> Pair:
    left, right = _date_digit(random, place, one)
    return left, replace(right, phone=people.phone(random), email="")


def _used_and_moved(random: Random, place: Town, one: Profile) -> Pair:
    left, right = _used_for_birth(random, place, one)
    return left, moved(random, right)


def _newborn(random: Random, place: Town, one: Profile) -> Pair:
    born = date(2026, 1, 1) + timedelta(days=random.randrange(300))
    child = replace(one, birth_date=born, used_name="", email="")
    other = child if random.random() < 0.6 else replace(child, birth_name=people.surname(random, place))
    return first_given(replace(child, given_names=()), random.choice(("BEBE", "Nouveau-né", "FILLE"))), other


def _same_house(_: Random, __: Town, one: Profile) -> Pair:
    return one, replace(one, establishment=one.establishment)


def _nia_then_nir(random: Random, _: Town, one: Profile) -> Pair:
    known = replace(one, status="QUAL", ins_family=people.FAMILY, is_ins_qualified=True)
    waiting = people.matricule(random, one, is_waiting=True)
    return replace(known, ins_matricule=waiting), replace(known, ins_matricule=people.matricule(random, one))


def _same_ins(random: Random, _: Town, one: Profile) -> Pair:
    number = people.matricule(random, one)
    known = replace(one, status="QUAL", ins_family=people.FAMILY, is_ins_qualified=True, ins_matricule=number)
    return known, elsewhere(random, known)


SAME: Final[Mapping[str, Telling]] = {
    "exact": _exact,
    "name_slip": _name_slip,
    "given_slip": _given_slip,
    "name_heard": _name_heard,
    "both_heard": _both_heard,
    "accents": _accents,
    "used_for_birth": _used_for_birth,
    "used_and_birth_swapped": _used_and_birth_swapped,
    "used_not_told": _used_not_told,
    "both_names_in_one": _both_in_one,
    "compound_reordered": _compound_reordered,
    "compound_cut": _compound_cut,
    "particle": _particle,
    "name_and_given_swapped": _swapped,
    "day_and_month_swapped": _day_and_month,
    "date_digit": _date_digit,
    "lunar_date": _lunar,
    "year_only": _year_only,
    "no_date": _no_date,
    "other_given": _other_given,
    "given_list_cut": _list_cut,
    "compound_given": _compound_given,
    "transliterated": _transliterated,
    "no_place": _no_place,
    "place_unknown_abroad": _place_unknown_abroad,
    "no_sex": _no_sex,
    "wrong_sex": _wrong_sex,
    "not_reachable": _not_reachable,
    "moved_house": _moved,
    "new_phone": _new_phone,
    "all_contacts_changed": _all_contacts_changed,
    "slip_and_moved": _slip_and_moved,
    "digit_and_new_phone": _digit_and_new_phone,
    "used_and_moved": _used_and_moved,
    "newborn_then_named": _newborn,
    "two_ipp_in_one_house": _same_house,
    "nia_then_nir": _nia_then_nir,
    "same_ins": _same_ins,
}
