"""Invented persons: names of the South, ages of those who come to hospital, numbers that no real person bears."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import yaml

from passerelle.config.demo.shapes import Commune, Person
from passerelle.protocols import ins

NAMES_FILE = Path(__file__).with_name("names.yaml")
# Share of the persons by age on the day of the demonstration: (upper bound, weight).
AGES = ((2, 3), (15, 9), (30, 14), (45, 17), (60, 18), (75, 22), (88, 14), (99, 3))
TWIN_SHARE = 0.006
HOMONYM_SHARE = 0.012
USED_NAME_SHARE = 0.55
FOREIGN = "99"


@dataclass(slots=True)
class People:
    """Draws persons one after the other; `serial` numbers their INS so that no two are the same."""

    random: Random
    today: date
    first_number: int
    taken: int = 0
    last: Person | None = field(default=None)

    def draw(self) -> Person:
        """Return the next person: now and then the twin or the homonym of the one before."""
        chance = self.random.random()
        if self.last is not None and chance < TWIN_SHARE:
            person = self._twin(self.last)
        elif self.last is not None and chance < TWIN_SHARE + HOMONYM_SHARE:
            person = self._homonym(self.last)
        else:
            person = self._someone()
        self.last = person
        return person

    def newborn(self, mother: Person, born_on: date, *, family: str) -> Person:
        """Return a child of this mother, born in hospital."""
        sex = self.random.choice("FM")
        given = self._given_names(sex, born_on.year)[:2]
        return self._person(sex, born_on, family, given, birth_place="13055", home=mother)

    def _someone(self) -> Person:
        sex = "F" if self.random.random() < 0.52 else "M"
        birth_date = self._birth_date()
        family = rniv(self.random.choice(_names()["family"]))
        given = self._given_names(sex, birth_date.year)
        return self._person(sex, birth_date, family, given, birth_place=self.random.choice(_names()["birth_places"]))

    def _twin(self, other: Person) -> Person:
        sex = other.sex if self.random.random() < 0.6 else ("M" if other.sex == "F" else "F")
        given = self._given_names(sex, other.birth_date.year)
        return self._person(sex, other.birth_date, other.birth_name, given, birth_place=other.birth_place, home=other)

    def _homonym(self, other: Person) -> Person:
        birth_date = other.birth_date + timedelta(days=self.random.randint(400, 9000))
        if birth_date >= self.today:
            birth_date = other.birth_date - timedelta(days=self.random.randint(400, 9000))
        return self._person(other.sex, birth_date, other.birth_name, other.given_names, birth_place=other.birth_place)

    def _person(
        self,
        sex: str,
        birth_date: date,
        family: str,
        given: tuple[str, ...],
        *,
        birth_place: str,
        home: Person | None = None,
    ) -> Person:
        random = self.random
        number = self.first_number + self.taken
        self.taken += 1
        commune = home.commune if home else random.choices(*_communes())[0]
        is_adult = self.today.year - birth_date.year >= 25
        marries = sex == "F" and is_adult and random.random() < USED_NAME_SHARE
        return Person(
            number=number,
            id=random_id(random),
            sex=sex,
            birth_date=birth_date,
            birth_name=family,
            used_name=rniv(random.choice(_names()["family"])) if marries else family,
            given_names=given,
            birth_place=birth_place,
            ins=fictitious_ins(sex, birth_date, birth_place, number),
            commune=commune,
            street=home.street if home else f"{random.randint(1, 180)} {random.choice(_names()['streets'])}",
            phone=f"063998{random.randint(0, 9999):04d}",  # range kept for fiction
            frailty=random.gammavariate(0.9, 1 / 0.9),
        )

    def _birth_date(self) -> date:
        bounds = [bound for bound, _ in AGES]
        (upper,) = self.random.choices(bounds, [weight for _, weight in AGES])
        lower = ([0, *bounds])[bounds.index(upper)]
        days = self.random.uniform(lower, upper) * 365.25
        return self.today - timedelta(days=int(days) + 1)

    def _given_names(self, sex: str, year: int) -> tuple[str, ...]:
        period = next(period for period in _names()["given"] if year <= period["until"])
        count = self.random.choices((1, 2, 3), (30, 45, 25))[0]
        return tuple(rniv(name) for name in self.random.sample(period[sex], count))


def random_id(random: Random) -> UUID:
    """Return a version 4 UUID drawn from the given source of chance."""
    return UUID(int=random.getrandbits(128), version=4)


@cache
def rniv(name: str) -> str:
    """Return a name as the national rules write traits: capitals, no accent; hyphens, apostrophes and spaces stay."""
    plain = unicodedata.normalize("NFKD", name.replace("Œ", "OE").replace("œ", "oe"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).upper()


def fictitious_ins(sex: str, birth_date: date, birth_place: str, number: int) -> str:
    """Return a 15-character number with a right key that nobody bears.

    Its commune (or country) code lies above every code that was ever given, so it stays visibly apart; one `number`
    gives one matricule for a sex, a month of birth and a department.
    """
    department = "2A" if birth_place.startswith("2A") else "2B" if birth_place.startswith("2B") else birth_place[:2]
    place, order = divmod(number, 999)
    lowest = 600 if department == FOREIGN else 500
    head = f"{1 if sex == 'M' else 2}{birth_date:%y%m}{department}{lowest + place % 390:03d}{order + 1:03d}"
    return head + ins.compute_key(head)


@cache
def _names() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(NAMES_FILE.read_text(encoding="utf-8"))
    return content


@cache
def _communes() -> tuple[tuple[Commune, ...], tuple[int, ...]]:
    rows = _names()["communes"]
    return (
        tuple(
            Commune(
                row["name"], row["postal"], row["insee"], tuple(row["near"]), row["psychiatry"], row["rehabilitation"]
            )
            for row in rows
        ),
        tuple(row["weight"] for row in rows),
    )


def every_name() -> Iterator[str]:
    """Yield every name the simulator may draw, as it writes them."""
    yield from (rniv(name) for name in _names()["family"])
    for period in _names()["given"]:
        yield from (rniv(name) for sex in "FM" for name in period[sex])
