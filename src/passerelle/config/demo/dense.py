"""The patient of the cast has a long illness, followed at several hospitals: a record worth reading."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import yaml
from django.db import transaction

from passerelle.care.record import api as record
from passerelle.config.demo import fact_resources as made
from passerelle.config.demo import follow_up_resources as told
from passerelle.config.demo.arrivals import moment
from passerelle.config.demo.clinic import FICTITIOUS, follow_up
from passerelle.config.demo.fact_resources import Origin
from passerelle.config.demo.facts import Facts, facts
from passerelle.config.demo.hospitals import Hospitals
from passerelle.config.demo.loading import Rows, load_rows
from passerelle.config.demo.paper_pdf import one_page
from passerelle.config.demo.people import random_id
from passerelle.config.demo.resources import Json
from passerelle.config.demo.shapes import Person
from passerelle.config.demo.truth import Truth

FOLLOW_UP_FILE = Path(__file__).with_name("follow_up.yaml")


@transaction.atomic
def deepen(person: Person, *, truth: Truth, hospitals: Hospitals) -> int:
    """Load the follow-up of the patient of the cast, once; return how many resources it makes."""
    rows = FollowUp(person, truth, hospitals).draw()
    first = rows.resources["Observation"][0].resource["id"]
    if record.read("Observation", UUID(first)) is None:
        load_rows(rows)
    return sum(map(len, rows.resources.values()))


@dataclass(slots=True)
class FollowUp:
    """What three years of a long illness leave in the files of one person."""

    person: Person
    truth: Truth
    hospitals: Hospitals
    random: Random = field(init=False)
    plan: dict[str, Any] = field(init=False)
    rows: Rows = field(default_factory=Rows)

    def __post_init__(self) -> None:
        self.random = Random(f"{self.truth.seed}/{self.person.number}/follow-up")  # noqa: S311 - a simulation
        self.plan = yaml.safe_load(FOLLOW_UP_FILE.read_text(encoding="utf-8"))

    def draw(self) -> Rows:
        """Return all of it, the same each time."""
        for rank, days in enumerate(self._days_of_takings()):
            self._taking(rank, days)
        for report in self.plan["reports"]:
            self._report(report)
        for days, service in self.plan["appointments"]:
            origin = self._origin(-days, 9.5)
            known_at = min(origin.at, self._at(20, 9.0))
            self._add(told.appointment(self._id(), service, origin, is_over=days < 0), origin, at=known_at)
        for resource, origin in self._known():
            self._add(resource, origin)
        return self.rows

    def _days_of_takings(self) -> list[int]:
        takings = self.plan["takings"]
        old = [takings["first"] + takings["between"] * rank for rank in range(takings["old"])]
        return sorted([*takings["recent"], *old], reverse=True)

    def _taking(self, rank: int, days: int) -> None:
        """Add the results of one taking, their report, and what was measured."""
        origin = self._origin(days, 7.5, rank=rank)
        worst = self.plan["takings"]["worst"] if days == min(self.plan["takings"]["recent"]) else ""
        results = follow_up(self.person.sex, origin.file.establishment, origin.at, self.random, worst=worst)
        ids = [self._id() for _ in results]
        told_at = origin.at + timedelta(hours=4)
        for result_id, result in zip(ids, results, strict=True):
            self._add(told.result(result_id, result, origin), origin, at=told_at)
        self._add(told.lab_report(self._id(), ids, origin), origin, at=told_at)
        for measure in self.plan["measures"]:
            value = round(self.random.gauss(measure["usual"], measure["usual"] * 0.03), measure["digits"])
            self._add(told.vital_sign(self._id(), measure, value, origin), origin)

    def _report(self, report: Json) -> None:
        """Add a report as an old application sends it: a PDF, outside any stay."""
        origin = self._origin(report["days"], 11.0)
        lines = [f"{report['service']}, {origin.hospital.name}", f"Le {origin.at:%d/%m/%Y}, {origin.doctor.name}"]
        content = one_page(report["title"], [*lines, "", report["text"], "", FICTITIOUS])
        content_id = random_id(self.random)
        self._add(told.pdf(self._id(), report, origin, content_id=content_id, size=len(content)), origin)
        self.rows.contents.append(record.BulkContent(content_id, origin.file.id, "application/pdf", content, origin.at))

    def _known(self) -> Iterator[tuple[Json, Origin]]:
        """Yield allergies, antecedents, treatments, an implant and vaccines."""
        plan = self.plan["known"]
        for one in _among("allergies", plan["allergies"]):
            origin = self._origin(700, 10.0)
            yield made.allergy(self._id(), one, origin, reaction=one["reactions"][0]), origin
        for rank, one in enumerate(_among("conditions", plan["conditions"])):
            origin = self._origin(700 - 90 * rank, 10.0)
            yield made.condition(self._id(), one, origin, since=origin.at.year - 3 - 2 * rank), origin
            for key in one["treats"]:
                started = origin.at - timedelta(days=60)
                yield made.statement(self._id(), facts()["treatments"][key], origin, started=started), origin
        for one in _among("family", plan["family"]):
            origin = self._origin(700, 10.0)
            named = {**one, "relative": facts()["relatives"][one["by"]]}
            yield made.family_history(self._id(), named, origin, onset=one["onset"][0] + 6), origin
        for one in _among("immunizations", plan["immunizations"]):
            origin = self._origin(380, 15.0)
            yield made.immunization(self._id(), one, origin, given_at=origin.at, lot="F20517"), origin
        yield from self._treated()

    def _treated(self) -> Iterator[tuple[Json, Origin]]:
        for rank, one in enumerate(facts()["prescriptions"]):
            origin = self._origin(3 if rank == 0 else 90 * rank, 16.0)
            yield made.prescription(self._id(), one, origin), origin
        origin = self._origin(440, 9.0)
        knee = next(model for model in facts()["procedures"].values() if model.get("implant") == "knee")
        yield made.procedure(self._id(), knee, origin), origin
        for fact in Facts(self.random, self.hospitals).implant("knee", origin):
            yield fact.resource, origin

    def _at(self, days: int, hour: float) -> datetime:
        return moment(self.truth.last_day - timedelta(days=days), hour)

    def _origin(self, days: int, hour: float, *, rank: int = 0) -> Origin:
        """Return someone of one of the hospitals, so many days before the last one."""
        files = sorted(self.person.files.values(), key=lambda file: file.establishment)
        file = files[(rank or days) % len(files)]
        hospital = self.hospitals[file.establishment]
        return Origin(file, hospital, hospital.doctor("", self.random), self._at(days, hour))

    def _id(self) -> str:
        return str(random_id(self.random))

    def _add(self, resource: Json, origin: Origin, *, at: datetime | None = None) -> None:
        self.rows.add(resource, origin.file, at or origin.at)


def _among(kind: str, wanted: list[str]) -> list[Json]:
    return [one for one in facts()[kind] if one["label"] in wanted]
