"""Professionals of the demonstration: invented names, numbers that no register gives."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

Row = dict[str, Any]

NAMES_FILE = Path(__file__).with_name("fictitious_names.yaml")
SEED = "professionals of the demonstration"
CAREGIVERS_PER_TEAM = (
    ("Médecin", 3),
    ("Infirmier diplômé d’État", 2),
    ("Cadre de santé", 1),
)
TEAM_EXTRAS = {
    "maternite": "Sage-femme",
    "smr-geriatrique": "Masseur-kinésithérapeute",
    "smr-polyvalent": "Masseur-kinésithérapeute",
    "psychiatrie-adulte": "Psychologue",
    "biologie": "Pharmacien biologiste",
    "imagerie": "Manipulateur en électroradiologie",
}
SHARED_POST_SHARE = 0.12


@dataclass(frozen=True, slots=True)
class FictitiousStaff:
    professionals: list[Row]
    employments: list[Row]
    """Rows with professional_id, establishment_id and unit_key (establishment, UF code) or None."""


def fictitious_staff(units: list[Row], *, count: int) -> FictitiousStaff:
    """Return `count` invented professionals spread over the units: the same units give the same staff."""
    random = Random(SEED)  # noqa: S311 - invented names, not a secret
    names = yaml.safe_load(NAMES_FILE.read_text(encoding="utf-8"))
    posts = [(unit, profession) for unit in units for profession in _team_of(unit)]
    random.shuffle(posts)
    professionals: list[Row] = []
    employments: list[Row] = []
    for number in range(count):
        unit, profession = posts[number % len(posts)]
        rpps = fictitious_rpps(number + 1)
        professionals.append(
            {
                "rpps": rpps,
                "rpps_is_fictitious": True,
                "family_name": random.choice(names["family"]),
                "given_name": random.choice(names["given"]),
                "profession": profession,
                "specialty": unit["specialty"],
                "source_id": "simulation",
            }
        )
        employments.append(_employment(rpps, unit["establishment_id"], unit["code"]))
        if profession == "Médecin" and random.random() < SHARED_POST_SHARE:
            other = random.choice([row for row in units if row["establishment_id"] != unit["establishment_id"]])
            employments.append(_employment(rpps, other["establishment_id"], other["code"]))
    return FictitiousStaff(professionals, employments)


def fictitious_rpps(number: int) -> str:
    """Return a number no register gives: real RPPS numbers start by 1, ours by 9."""
    return f"9{number:010d}"


def _employment(rpps: str, establishment: str, unit_code: str) -> Row:
    return {"professional_id": rpps, "establishment_id": establishment, "unit_key": (establishment, unit_code)}


def _team_of(unit: Row) -> list[str]:
    team = [profession for profession, size in CAREGIVERS_PER_TEAM for _ in range(size)]
    extra = TEAM_EXTRAS.get(unit["specialty"])
    return [*team, extra] if extra else team
