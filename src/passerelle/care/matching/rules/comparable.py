"""A profile in the form that comparing and looking up need, made once."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from passerelle.care.matching.rules import normalising as normal
from passerelle.care.matching.rules.phonetics import skeleton, sound
from passerelle.care.matching.rules.profile import Profile

# Days given to those whose birthday is not known. Source: usage of the civil registry for persons born abroad.
_CONVENTIONAL: Final = frozenset({(1, 1), (31, 12), (1, 7), (15, 6), (30, 6)})
_FIRST_OF_YEAR: Final = frozenset({(1, 1), (31, 12)})
_PREFIXES: Final = ("DE", "LE", "LA", "DU", "BEN", "EL", "AL", "BOU")
_SHORTEST_STEM: Final = 4


@dataclass(frozen=True, slots=True)
class Comparable:
    """A profile and its comparable forms. `names` are the family names it may be known by, the birth name first."""

    profile: Profile
    birth: tuple[str, ...]
    used: tuple[str, ...]
    birth_name: str
    used_name: str
    names: tuple[str, ...]
    givens: tuple[str, ...]
    first: str
    given_set: frozenset[str]
    is_newborn: bool
    birth_date: date | None
    year: int | None
    sex: str
    place: str
    phone: str
    email: str
    street: str
    postal_code: str

    @property
    def is_conventional_date(self) -> bool:
        """Tell a birth date that may stand for « some day of that year »."""
        return self.birth_date is not None and (self.birth_date.day, self.birth_date.month) in _CONVENTIONAL

    @property
    def is_crowded_date(self) -> bool:
        """Tell a birth date that many share because it stands for an unknown day."""
        return self.birth_date is not None and (self.birth_date.day, self.birth_date.month) in _FIRST_OF_YEAR


def comparable(profile: Profile) -> Comparable:
    """Return a profile in its comparable form."""
    told_birth, told_used = normal.split_married(profile.birth_name)
    birth = normal.name_words(told_birth)
    used = normal.name_words(profile.used_name or told_used)
    if used == birth:
        used = ()
    givens = _givens(profile)
    birth_name, used_name = "".join(birth), "".join(used)
    born = profile.birth_date
    return Comparable(
        profile=profile,
        birth=birth,
        used=used,
        birth_name=birth_name,
        used_name=used_name,
        names=tuple(name for name in (birth_name, used_name) if name),
        givens=givens,
        first="".join(normal.given_words(profile.first_given)) or (givens[0] if givens else ""),
        given_set=frozenset(
            word for one in (*profile.given_names, profile.first_given) for word in normal.given_words(one)
        ),
        is_newborn=normal.is_newborn_name(profile.first_given or " ".join(profile.given_names)),
        birth_date=born,
        year=born.year if born else profile.birth_year,
        sex=profile.sex if profile.sex in {"M", "F"} else "",
        place=normal.code(profile.birth_place),
        phone=normal.phone(profile.phone) if profile.phone else "",
        email=normal.email(profile.email) if profile.email else "",
        street=normal.street(profile.street) if profile.street else "",
        postal_code=normal.code(profile.postal_code),
    )


def _givens(profile: Profile) -> tuple[str, ...]:
    """Return the given names, each in one word: JEANPIERRE, MARIE."""
    told = profile.given_names or ((profile.first_given,) if profile.first_given else ())
    return tuple(found for one in told if (found := "".join(normal.given_words(one))))


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys a profile is stored under; "" where there is none."""

    name_sound: str
    other_sound: str
    given_sound: str


def stored_keys(known: Comparable) -> Keys:
    """Return the keys to store: the birth name, the used name or the last part of a compound, the first given name."""
    parts = known.birth or known.used
    first = parts[0] if parts else ""
    other = known.used[0] if known.used and known.birth else parts[-1] if len(parts) > 1 else ""
    return Keys(skeleton(first), skeleton(other), skeleton(_first_word(known)))


def asked_names(known: Comparable) -> list[str]:
    """Return the keys of every name a candidate may be stored under, variants of particles included."""
    names = {*known.birth, *known.used, *known.names}
    names |= {stem for name in tuple(names) if (stem := _without_prefix(name))}
    names |= {bare for told in (known.profile.birth_name, known.profile.used_name) if (bare := normal.bare_name(told))}
    return sorted({key for name in names if (key := skeleton(name))})


def asked_givens(known: Comparable) -> list[str]:
    """Return the keys of the given names a candidate may be stored under."""
    words = {_first_word(known), known.first, *known.given_set}
    return sorted({key for word in words if word and (key := skeleton(word))})


def _first_word(known: Comparable) -> str:
    """Return the first word of the first given name: JEAN for « Jean-Pierre » as for « Jean, Pierre »."""
    profile = known.profile
    told = profile.first_given or (profile.given_names[0] if profile.given_names else "")
    words = normal.given_words(told)
    return words[0] if words else known.first


def _without_prefix(name: str) -> str:
    for prefix in _PREFIXES:
        if name.startswith(prefix) and len(name) >= len(prefix) + _SHORTEST_STEM:
            return name[len(prefix) :]
    return ""


def heard(name: str) -> str:
    """Return the phonetic key of a name."""
    return sound(name)
