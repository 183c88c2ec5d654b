"""What is known of an invented person beside their stays: allergies, antecedents, treatments, implants, vaccines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from passerelle.config.demo import fact_resources as made
from passerelle.config.demo.clinic import reason_of
from passerelle.config.demo.fact_resources import Origin
from passerelle.config.demo.hospitals import Hospitals
from passerelle.config.demo.people import random_id
from passerelle.config.demo.resources import Json
from passerelle.config.demo.shapes import LocalFile, Person, Stay, StayKind

FACTS_FILE = Path(__file__).with_name("facts.yaml")
OPERATED = frozenset({StayKind.SURGERY, StayKind.DAY_SURGERY, StayKind.MATERNITY})
PRESCRIBED_SHARE = 0.3
LEAST_ANSWERING_AGE = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """A resource, the file that holds it, and when it was written."""

    resource: Json
    file: LocalFile
    at: datetime


@dataclass(slots=True)
class Facts:
    """Draws the facts of persons, one after the other."""

    random: Random
    hospitals: Hospitals

    def of(self, person: Person, stays: Sequence[Stay], *, age: int) -> Iterator[Fact]:
        """Yield what the hospitals that know this person wrote of them; nothing of someone nobody ever saw."""
        if not person.files:
            return
        yield from self._allergies(person, age)
        yield from self._conditions(person, age)
        yield from self._family(person)
        yield from self._immunizations(person, age)
        for stay in stays:
            yield from self._of_stay(stay)

    def origin(self, file: LocalFile) -> Origin:
        """Return who wrote it: a doctor of that hospital, within the weeks after the file was opened."""
        hospital = self.hospitals[file.establishment]
        doctor = hospital.doctor("", self.random)
        return Origin(file, hospital, doctor, file.since + timedelta(hours=self.random.randint(2, 240)))

    def _somewhere(self, person: Person) -> Origin:
        return self.origin(self.random.choice(list(person.files.values())))

    def _id(self) -> str:
        return str(random_id(self.random))

    def _drawn(self, among: Sequence[Json], age: int = 0, sex: str = "") -> list[Json]:
        return [
            one
            for one in among
            if ("ages" not in one or one["ages"][0] <= age < one["ages"][1])
            and one.get("sex", sex) == sex
            and self.random.random() < one["share"]
        ]

    def _allergies(self, person: Person, age: int) -> Iterator[Fact]:
        found = self._drawn([{**one, "sex": person.sex} for one in facts()["allergies"]], age, person.sex)
        for one in found:
            origin = self._somewhere(person)
            reaction = self.random.choice(one["reactions"])
            yield _fact(made.allergy(self._id(), one, origin, reaction=reaction), origin)
        if not found and self._denies("allergies", age):
            origin = self._somewhere(person)
            yield _fact(made.no_allergy(self._id(), origin), origin)

    def _denies(self, kind: str, age: int) -> bool:
        return age >= LEAST_ANSWERING_AGE and self.random.random() < facts()["declared"][kind]

    def _conditions(self, person: Person, age: int) -> Iterator[Fact]:
        found = self._drawn([{"sex": person.sex, **one} for one in facts()["conditions"]], age, person.sex)
        taken: dict[str, None] = {}
        for one in found:
            origin = self._somewhere(person)
            years = self.random.randint(1, max(1, min(20, age - one["ages"][0] + 1)))
            yield _fact(made.condition(self._id(), one, origin, since=origin.at.year - years), origin)
            if one["treats"] and not one.get("is_over"):
                taken |= dict.fromkeys(one["treats"])
        for key in taken:
            origin = self._somewhere(person)
            started = origin.at - timedelta(days=self.random.randint(20, 900))
            yield _fact(made.statement(self._id(), facts()["treatments"][key], origin, started=started), origin)
        yield from self._nothing_more(person, age, has_condition=bool(found), has_treatment=bool(taken))

    def _nothing_more(self, person: Person, age: int, *, has_condition: bool, has_treatment: bool) -> Iterator[Fact]:
        if not has_condition and self._denies("conditions", age):
            origin = self._somewhere(person)
            yield _fact(made.no_condition(self._id(), origin), origin)
        if not has_treatment and self._denies("treatments", age):
            origin = self._somewhere(person)
            yield _fact(made.no_treatment(self._id(), origin), origin)

    def _family(self, person: Person) -> Iterator[Fact]:
        for one in self._drawn(facts()["family"]):
            origin = self._somewhere(person)
            onset = self.random.randint(*one["onset"])
            named = {**one, "relative": facts()["relatives"][one["by"]]}
            yield _fact(made.family_history(self._id(), named, origin, onset=onset), origin)

    def _immunizations(self, person: Person, age: int) -> Iterator[Fact]:
        for one in self._drawn(facts()["immunizations"], age):
            origin = self._somewhere(person)
            given_at = origin.at - timedelta(days=self.random.randint(0, 365 * one["lasts"]))
            if given_at.date() <= person.birth_date:
                continue
            lot = f"F{self.random.randint(10_000, 99_999)}"
            yield _fact(made.immunization(self._id(), one, origin, given_at=given_at, lot=lot), origin)

    def _of_stay(self, stay: Stay) -> Iterator[Fact]:
        hospital = self.hospitals[stay.file.establishment]
        known = facts()["procedures"].get(reason_of(stay)) if stay.kind in OPERATED else None
        if known is not None:
            at = stay.start + timedelta(hours=self.random.uniform(2, 6))
            at = at if stay.end is None or at < stay.end else stay.start
            origin = Origin(stay.file, hospital, stay.doctor, at)
            yield _fact(made.procedure(self._id(), known, origin, stay=stay), origin)
            if "implant" in known:
                yield from self.implant(known["implant"], origin)
        if stay.end is not None and stay.kind not in {StayKind.BIRTH, StayKind.EMERGENCY}:
            yield from self._prescriptions(stay, Origin(stay.file, hospital, stay.doctor, stay.end))

    def implant(self, kind: str, origin: Origin) -> Iterator[Fact]:
        """Yield the device put in place and its use."""
        model = {**facts()["implants"][kind], "maker": facts()["maker"]}
        lot = f"FICTIF-{self.random.randint(1000, 9999)}"
        side = self.random.choice(model.get("sides", [""]))
        device_id = self._id()
        yield _fact(made.device(device_id, model, origin, lot=lot), origin)
        yield _fact(made.device_use(self._id(), model, origin, device_id=device_id, side=side), origin)

    def _prescriptions(self, stay: Stay, origin: Origin) -> Iterator[Fact]:
        if self.random.random() >= PRESCRIBED_SHARE:
            return
        for one in self.random.sample(facts()["prescriptions"], self.random.randint(1, 3)):
            yield _fact(made.prescription(self._id(), one, origin, stay=stay), origin)


def _fact(resource: Json, origin: Origin) -> Fact:
    return Fact(resource, origin.file, origin.at)


@cache
def facts() -> dict[str, Any]:
    """Return what may be drawn."""
    content: dict[str, Any] = yaml.safe_load(FACTS_FILE.read_text(encoding="utf-8"))
    return content
