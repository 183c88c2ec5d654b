"""How two profiles agree, field by field. Levels are declared, with what each is worth, in `model.yaml`."""

from datetime import date
from typing import Final, NamedTuple

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio

from passerelle.care.matching.rules.comparable import Comparable
from passerelle.care.matching.rules.phonetics import skeleton, sound

MISSING: Final = "missing"
DIFFERENT: Final = "different"
EXACT: Final = "exact"
FIELDS: Final = ("name", "given", "birth_date", "sex", "birth_place", "phone", "email", "address", "ins", "mother")

_CLOSE: Final = 0.92
_NEAR: Final = 0.84
_SHORT_NAME: Final = 4
_SAME_STREET: Final = 88
_SHORTEST_SKELETON: Final = 3
_NIA_FIRST_DIGITS: Final = ("7", "8")
_ABROAD: Final = "99"
_ABROAD_UNKNOWN: Final = "99999"


class Agreement(NamedTuple):
    """The level reached by each field; `term` is the value shared, whose frequency counts."""

    name: str
    given: str
    birth_date: str
    sex: str
    birth_place: str
    phone: str
    email: str
    address: str
    ins: str
    mother: str


def agreement(one: Comparable, other: Comparable) -> Agreement:
    """Return how two profiles agree on each field."""
    name = _names(one, other)
    given = _givens(one, other)
    if name in {DIFFERENT, "near", "used_only", MISSING} and _is_swapped(one, other):
        name = given = "swapped"
    return Agreement(
        name,
        given,
        _birth_dates(one, other),
        _same(one.sex, other.sex),
        _places(one.place, other.place),
        _same(one.phone, other.phone),
        _same(one.email, other.email),
        _addresses(one, other),
        _ins(one, other),
        _same(one.profile.mother, other.profile.mother),
    )


def shared_name(one: Comparable, other: Comparable) -> str:
    """Return the family name that both hold, "" when none is the same."""
    for name in one.names:
        if name in other.names:
            return name
    common = [word for word in (*one.birth, *one.used) if word in other.birth or word in other.used]
    return max(common, key=len, default="")


def _same(one: str, other: str) -> str:
    if not one or not other:
        return MISSING
    return EXACT if one == other else DIFFERENT


def _names(one: Comparable, other: Comparable) -> str:
    if not one.names or not other.names:
        return MISSING
    first, second = one.birth_name, other.birth_name
    if first and first == second:
        return EXACT
    if first and second and len(one.birth) > 1 and sorted(one.birth) == sorted(other.birth):
        return EXACT
    if first in other.names or second in one.names:
        return "crossed"
    if one.used_name and one.used_name == other.used_name:
        return "used_only"
    return _name_likeness(one, other)


def _name_likeness(one: Comparable, other: Comparable) -> str:
    if _is_part(one.birth, other.birth) or _is_part(one.birth, other.used) or _is_part(one.used, other.birth):
        return "part"
    best = max(_likeness(name, second) for name in one.names for second in other.names)
    return _LIKENESS[best]


_LIKENESS: Final = (DIFFERENT, "near", "close", "sound")


def _likeness(one: str, other: str) -> int:
    """Return 3 for names that sound the same, 2 for one slip, 1 for some likeness, 0 for none."""
    if one == other or sound(one) == sound(other):
        return 3
    similar = JaroWinkler.similarity(one, other)
    if similar < _NEAR:
        return 0
    if similar >= _CLOSE and min(len(one), len(other)) >= _SHORT_NAME:
        return 2
    if DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1 and min(len(one), len(other)) >= _SHORT_NAME:
        return 2
    return 1


def _is_part(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether a name is a part of a compound name, or the same but for a particle."""
    if not one or not other:
        return False
    if len(one) != len(other) or len(one) > 1:
        return not set(one).isdisjoint(other)
    longer, shorter = (one[0], other[0]) if len(one[0]) >= len(other[0]) else (other[0], one[0])
    return len(shorter) >= _SHORT_NAME and longer.endswith(shorter) and longer[: -len(shorter)] in _PARTICLES


_PARTICLES: Final = frozenset(
    {"DE", "DU", "DES", "LE", "LA", "LES", "D", "L", "EL", "AL", "BEN", "BOU", "DI", "DA", "DOS", "VAN", "VON", "DELA"}
)


def _givens(one: Comparable, other: Comparable) -> str:
    if one.is_newborn or other.is_newborn:
        return "newborn" if one.birth_date == other.birth_date else DIFFERENT
    if not one.first or not other.first:
        return MISSING
    if one.first == other.first:
        return EXACT if _lists_agree(one.givens, other.givens) else "list_conflict"
    return _given_likeness(one, other)


def _lists_agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether one list of given names continues the other: « Marie » and « Marie, Léa », not « Marie, Zoé »."""
    return all(
        first == second or sound(first) == sound(second) or first[:1] == second
        for first, second in zip(one, other, strict=False)
    )


def _given_likeness(one: Comparable, other: Comparable) -> str:
    joined, rejoined = "".join(one.givens), "".join(other.givens)
    if joined and joined == rejoined:
        return EXACT
    if one.first.startswith(other.first) or other.first.startswith(one.first):
        shorter = min(one.first, other.first, key=len)
        return "initial" if len(shorter) == 1 else "part"
    if sound(one.first) == sound(other.first):
        return "sound"
    if one.first in other.given_set or other.first in one.given_set:
        return "other_given"
    likeness = _likeness(one.first, other.first)
    if likeness == 2:
        return "close"
    return "near" if likeness == 1 or _has_same_consonants(one.first, other.first) else DIFFERENT


def _has_same_consonants(one: str, other: str) -> bool:
    """Tell names that one script writes in several ways: RACHID, RASHEED."""
    heard = skeleton(one)
    return len(heard) >= _SHORTEST_SKELETON and heard == skeleton(other)


def _is_swapped(one: Comparable, other: Comparable) -> bool:
    return bool(one.first and other.first) and (
        (one.first in other.names and other.first in one.names)
        or (sound(one.first) == sound(other.birth_name) and sound(other.first) == sound(one.birth_name))
    )


def _birth_dates(one: Comparable, other: Comparable) -> str:
    if one.year is None or other.year is None:
        return MISSING
    first, second = one.birth_date, other.birth_date
    if first is None or second is None:
        return "year_only" if one.year == other.year else DIFFERENT
    if first == second:
        return "exact_conventional" if one.is_crowded_date else EXACT
    if first.year == second.year and (one.is_conventional_date or other.is_conventional_date):
        return "conventional"
    if one.is_crowded_date and other.is_crowded_date:
        return DIFFERENT  # a day that both were given says nothing, and the years differ
    return _date_likeness(first, second)


def _date_likeness(first: date, second: date) -> str:
    if first.year == second.year and (first.day, first.month) == (second.month, second.day):
        return "day_and_month_swapped"
    told, retold = first.strftime("%d%m%Y"), second.strftime("%d%m%Y")
    if DamerauLevenshtein.distance(told, retold, score_cutoff=1) <= 1:
        return "one_digit"
    same = (first.day == second.day) + (first.month == second.month) + (first.year == second.year)
    return "two_of_three" if same == 2 else DIFFERENT


def _places(one: str, other: str) -> str:
    if not one or not other:
        return MISSING
    if one == other:
        return MISSING if one == _ABROAD_UNKNOWN else EXACT
    if one.startswith(_ABROAD) and other.startswith(_ABROAD):
        return MISSING if _ABROAD_UNKNOWN in {one, other} else DIFFERENT
    return "department" if one[:2] == other[:2] else DIFFERENT


def _addresses(one: Comparable, other: Comparable) -> str:
    if one.street and other.street and (not one.postal_code or not other.postal_code or _near_post(one, other)):
        if one.street == other.street:
            return EXACT
        if _first_number(one.street) == _first_number(other.street):
            similar = token_sort_ratio(one.street, other.street, score_cutoff=_SAME_STREET)
            if similar:
                return "close"
    if not one.postal_code or not other.postal_code:
        return MISSING
    return "postal_code" if one.postal_code == other.postal_code else DIFFERENT


def _near_post(one: Comparable, other: Comparable) -> bool:
    return one.postal_code[:2] == other.postal_code[:2]


def _first_number(street: str) -> str:
    number = street.split(" ", 1)[0]
    return number if number[:1].isdigit() else ""


def _ins(one: Comparable, other: Comparable) -> str:
    first, second = one.profile, other.profile
    if not first.ins_matricule or not second.ins_matricule or first.ins_family != second.ins_family:
        return MISSING
    if first.ins_matricule == second.ins_matricule:
        return EXACT
    if is_provisional_number(first.ins_matricule) != is_provisional_number(second.ins_matricule):
        return "nia_then_nir"
    return DIFFERENT


def is_provisional_number(matricule: str) -> bool:
    """Tell a NIA (waiting number, first digit 7 or 8) from a NIR."""
    return matricule.startswith(_NIA_FIRST_DIGITS)
