"""The blocks in which candidates are looked for, in memory: those of the base, for files and generated pairs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from passerelle.care.matching.rules.comparable import Comparable, asked_givens, asked_names, comparable, stored_keys
from passerelle.care.matching.rules.profile import Profile

_MOST_IN_A_BLOCK: Final = 600
Key = tuple[object, ...]


def file_of(profile: Profile) -> UUID:
    """Return the identifier of the file of a profile.

    Raises:
        LookupError: it has none.
    """
    if profile.local_identity_id is None:
        raise LookupError(profile.birth_name)
    return profile.local_identity_id


class Blocks:
    """The blocks of the base, in memory."""

    def __init__(self) -> None:
        self._held: defaultdict[Key, list[Profile]] = defaultdict(list)
        self.too_big: set[str] = set()

    def add(self, profile: Profile) -> None:
        """Make a profile findable."""
        for key in set(_stored(comparable(profile))):
            self._held[key].append(profile)

    def candidates(self, arrival: Comparable) -> Iterable[Profile]:
        """Return the profiles that share a block with an arrival; a block too big is left out, and told."""
        found: dict[UUID, Profile] = {}
        for key in _asked(arrival):
            block = self._held.get(key, ())
            if len(block) > _MOST_IN_A_BLOCK:
                self.too_big.add(" ".join(map(str, key)))
                continue
            found.update((file_of(one), one) for one in block)
        return found.values()


def _stored(known: Comparable) -> Iterator[Key]:
    keys = stored_keys(known)
    yield from _numbers(known)
    if known.birth_date and not known.is_crowded_date:
        yield ("date", known.birth_date)
    for name in {keys.name_sound, keys.other_sound} - {""}:
        yield ("date, name", known.birth_date, name)
        yield ("names", known.year, name, keys.given_sound)
        yield ("day", _day(known), name, keys.given_sound)
    yield ("date, given", known.birth_date, keys.given_sound)


def _asked(arrival: Comparable) -> Iterator[Key]:
    names, givens = asked_names(arrival), asked_givens(arrival)
    yield from _numbers(arrival)
    if arrival.birth_date:
        yield ("date", arrival.birth_date)
        for name in {*names, *givens}:
            yield ("date, name", arrival.birth_date, name)
            yield ("date, given", arrival.birth_date, name)
    for name, given in [(n, g) for n in names for g in givens] + [(g, n) for n in names for g in givens]:
        yield ("day", _day(arrival), name, given)
        for year in _near(arrival.year):
            yield ("names", year, name, given)


def _near(year: int | None) -> tuple[int | None, ...]:
    return (None,) if year is None else (year - 1, year, year + 1, None)


def _day(known: Comparable) -> tuple[int, int] | None:
    return (known.birth_date.day, known.birth_date.month) if known.birth_date else None


def _numbers(known: Comparable) -> Iterator[Key]:
    told = (known.phone, known.email, known.profile.ins_matricule, known.profile.mother)
    return (("number", value) for value in told if value)
