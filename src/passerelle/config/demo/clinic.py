"""What is written of an invented stay: results, letters, reports."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from math import log
from pathlib import Path
from random import Random
from typing import Any

import yaml

from passerelle.config.demo.hospitals import Hospitals
from passerelle.config.demo.people import random_id
from passerelle.config.demo.shapes import PARIS, TEST_OID, Stay, StayKind
from passerelle.protocols import cda

CLINIC_FILE = Path(__file__).with_name("clinic.yaml")
FICTITIOUS = "Document fictif, produit par la simulation de démonstration."
# Share of the stays with results, and how many results at most.
TESTED = {
    StayKind.MEDICINE: 0.85, StayKind.SURGERY: 0.75, StayKind.GERIATRICS: 0.9, StayKind.EMERGENCY: 0.35,
    StayKind.MATERNITY: 0.6, StayKind.PAEDIATRICS: 0.4, StayKind.DAY_MEDICINE: 0.4, StayKind.REHABILITATION: 0.3,
}  # fmt: skip
REPORTED_SHARE = 0.3
LETTER_SHARE = 0.9
OPERATION_SHARE = 0.45
WITH_LETTER = frozenset(StayKind) - {
    StayKind.EMERGENCY, StayKind.BIRTH, StayKind.DAY_SURGERY, StayKind.DAY_MEDICINE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """A document ready to be kept or sent."""

    kind: cda.DocumentKind
    unique_id: str
    at: datetime
    content: bytes


def results_of(stay: Stay, random: Random) -> list[cda.LabResult]:
    """Return the results of one taking of blood on the first day; none for many stays."""
    if random.random() >= TESTED.get(stay.kind, 0.0):
        return []
    return draw_results(stay, random)


def draw_results(stay: Stay, random: Random) -> list[cda.LabResult]:
    """Return two to four results taken within the hours after the arrival, before the stay ends."""
    taken = stay.start + timedelta(minutes=random.randint(25, 90))
    chosen = random.sample(_clinic()["results"], random.randint(2, 4))
    is_ill = stay.kind in {StayKind.MEDICINE, StayKind.GERIATRICS}
    sex, laboratory = stay.person.sex, stay.file.establishment
    return [_result(_told_by(laboratory, exam), sex, taken, random, is_ill=is_ill) for exam in chosen]


def follow_up(sex: str, laboratory: str, taken: datetime, random: Random, *, worst: str = "") -> list[cda.LabResult]:
    """Return every analyte as a laboratory tells it, as in the follow-up of a long illness.

    `worst` is the LOINC of one that is far above what is usual.
    """
    exams = [*_clinic()["results"], *_clinic()["more_results"]]
    return [
        _result(
            _told_by(laboratory, {**exam, "centre": exam["centre"] * (1.9 if exam["loinc"] == worst else 1)}),
            sex, taken, random, is_ill=False,
        )
        for exam in exams
    ]  # fmt: skip


def _told_by(laboratory: str, exam: dict[str, Any]) -> dict[str, Any]:
    """Return an analyte in the unit and with the usual values of a laboratory."""
    own = _clinic()["laboratories"].get(laboratory, {}).get(exam["loinc"])
    if own is None:
        return exam
    times = own["times"]
    usual = {sex: own.get(sex, [round(bound * times, 2) for bound in exam[sex]]) for sex in "FM"}
    return {**exam, **own, **usual, "centre": exam["centre"] * times}


def papers_of(stay: Stay, results: list[cda.LabResult], hospitals: Hospitals, random: Random) -> list[Paper]:
    """Return the documents of a stay: report of its results, of its operation, and its letter once it is over."""
    papers: list[Paper] = []
    if results and random.random() < REPORTED_SHARE:
        papers.append(lab_report(stay, results, hospitals, random))
    if stay.kind is StayKind.SURGERY and random.random() < OPERATION_SHARE:
        papers.append(_operation(stay, hospitals, random))
    if stay.end and stay.kind in WITH_LETTER and stay.went_to != "dead" and random.random() < LETTER_SHARE:
        papers.append(discharge_letter(stay, results, hospitals, random))
    return papers


def discharge_letter(stay: Stay, results: list[cda.LabResult], hospitals: Hospitals, random: Random) -> Paper:
    """Return the letter given on the day of discharge."""
    assert stay.end is not None  # noqa: S101 - a letter is written when the stay is over
    clinic = _clinic()
    course = clinic["surgery_course" if stay.kind is StayKind.SURGERY else "course"]
    stayed = f"Du {stay.start.astimezone(PARIS):%d/%m/%Y} au {stay.end.astimezone(PARIS):%d/%m/%Y}, {stay.place.label}."
    sections: list[tuple[str, Any]] = [
        ("Motif d’hospitalisation", [reason_of(stay), stayed]),
        ("Synthèse médicale du séjour", [random.choice(course), FICTITIOUS]),
        ("Traitements à la sortie", random.sample(clinic["treatments"], random.randint(1, 3))),
        ("Suites à donner", random.sample(clinic["follow_up"], 2)),
    ]
    if results:
        sections.insert(2, ("Résultats d’examens", cda.Results(tuple(results))))
    return _paper(cda.DocumentKind.DISCHARGE_LETTER, stay, stay.end, sections, hospitals, random)


def lab_report(stay: Stay, results: list[cda.LabResult], hospitals: Hospitals, random: Random) -> Paper:
    """Return the report of these results, two hours after they were taken."""
    taken = results[0].effective_at or stay.start
    sections: list[tuple[str, Any]] = [
        ("Biochimie et hématologie", cda.Results(tuple(results))),
        ("Note", [FICTITIOUS]),
    ]
    return _paper(cda.DocumentKind.LAB_REPORT, stay, taken + timedelta(hours=2), sections, hospitals, random)


def reason_of(stay: Stay) -> str:
    """Return why this patient came, in the words of the unit: the same in every paper of the stay."""
    reasons = _clinic()["reasons"]
    random = Random(f"{stay.file.establishment}/{stay.number}/reason")  # noqa: S311 - a simulation, not a secret
    return str(random.choice(reasons.get(stay.place.specialty, reasons["other"])))


def _operation(stay: Stay, hospitals: Hospitals, random: Random) -> Paper:
    at = stay.start + timedelta(hours=random.uniform(3, 8))
    sections: list[tuple[str, Any]] = [
        ("Intervention", [reason_of(stay)]),
        ("Compte rendu", ["Installation, champ stérile, geste conduit sans incident.", FICTITIOUS]),
    ]
    return _paper(cda.DocumentKind.OPERATIVE_NOTE, stay, at, sections, hospitals, random)


def _paper(
    kind: cda.DocumentKind,
    stay: Stay,
    at: datetime,
    sections: list[tuple[str, Any]],
    hospitals: Hospitals,
    random: Random,
) -> Paper:
    hospital = hospitals[stay.file.establishment]
    # A UUID is an OID under 2.25: unique without any register.
    unique_id = f"2.25.{random_id(random).int}"
    content = cda.write(
        kind,
        patient=_header(stay),
        author=cda.Author(cda.InstanceId(cda.PERSONS, stay.doctor.rpps), stay.doctor.family, stay.doctor.given),
        organisation=cda.Organisation(cda.InstanceId(cda.STRUCTURES, hospital.universal_id), hospital.name),
        at=at,
        sections=sections,
        unique_id=unique_id,
    )
    return Paper(kind, unique_id, at, content)


def _header(stay: Stay) -> cda.PatientHeader:
    person, file = stay.person, stay.file
    identifiers = [cda.InstanceId(TEST_OID, person.ins)] if file.status == "QUAL" else []
    return cda.PatientHeader(
        identifiers=tuple(identifiers),
        birth_name=file.birth_name,
        used_name=person.used_name if person.used_name != person.birth_name else "",
        given_names=file.given_names,
        birth_date=file.birth_date,
        sex=person.sex,
        birth_place=person.birth_place,
    )


def _result(exam: dict[str, Any], sex: str, taken: datetime, random: Random, *, is_ill: bool) -> cda.LabResult:
    centre = exam["centre"] * (2.2 if is_ill and exam["loinc"] == "1988-5" else 1.0)
    number = random.lognormvariate(log(centre), exam["spread"])
    value = Decimal(f"{number:.{exam['digits']}f}")
    low, high = (Decimal(str(bound)) for bound in exam[sex])
    return cda.LabResult(
        loinc=exam["loinc"],
        label=exam["label"],
        value=value,
        unit=exam["unit"],
        low=low,
        high=high,
        interpretation=_read(value, low, high),
        effective_at=taken,
    )


def _read(value: Decimal, low: Decimal, high: Decimal) -> str:
    """Return how a laboratory reads a value: very high or low from half beyond its bounds."""
    if value > high:
        return "HH" if low and value > high * Decimal("1.5") else "H"
    return "N" if value >= low else "LL" if value < low * Decimal("0.6") else "L"


@cache
def _clinic() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(CLINIC_FILE.read_text(encoding="utf-8"))
    return content
