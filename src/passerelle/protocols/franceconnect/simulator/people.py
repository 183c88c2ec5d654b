"""Whom the simulated FranceConnect knows: invented persons, and what it does wrong on purpose for some."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from passerelle.protocols.franceconnect.claims import FRANCE
from passerelle.protocols.oidc.simulator import BEHAVIOURS

PEOPLE_FILE = Path(__file__).with_name("people.yaml")


@dataclass(frozen=True, slots=True)
class Citizen:
    """An invented person; `birth_date` is ISO 8601, `birth_place` an INSEE code, empty for whoever was born abroad."""

    subject: str
    birth_name: str
    given_names: str
    birth_date: str
    gender: str
    birth_place: str = ""
    birth_country: str = FRANCE
    used_name: str = ""
    email: str = ""
    behaviour: str = ""

    @property
    def name(self) -> str:
        return f"{self.given_names.partition(' ')[0]} {self.used_name or self.birth_name}"

    @property
    def says(self) -> str:
        """Tell, for the page where one is chosen, who it is or what the simulator will do."""
        if self.behaviour:
            return f"le simulateur {BEHAVIOURS[self.behaviour]}"
        born = "née" if self.gender == "female" else "né"
        return f"{born} {self.birth_name} le {'/'.join(reversed(self.birth_date.split('-')))}, personne fictive"


def read_citizens(told: Iterable[Mapping[str, Any]]) -> tuple[Citizen, ...]:
    """Return the persons a data file lists."""
    return tuple(Citizen(**{name: str(value) for name, value in each.items()}) for each in told)


def published_citizens() -> tuple[Citizen, ...]:
    """Return the persons of `people.yaml`."""
    return read_citizens(yaml.safe_load(PEOPLE_FILE.read_text(encoding="utf-8"))["citizens"])


def subject_of(citizen: Citizen) -> str:
    """Return the identifier of a person for this one service: 64 hexadecimal digits and « v1 », as the real one."""
    return hashlib.sha256(f"simulateur:{citizen.subject}".encode()).hexdigest() + "v1"


def user_information(citizen: Citizen, subject: str, scope: str) -> dict[str, Any]:
    """Return what is said of a person, limited to the scopes asked."""
    told = {
        "given_name": citizen.given_names,
        "family_name": citizen.birth_name,
        "birthdate": citizen.birth_date,
        "gender": citizen.gender,
        "birthplace": citizen.birth_place,
        "birthcountry": citizen.birth_country,
        "email": citizen.email,
        "preferred_username": citizen.used_name,
    }
    asked = scope.split()
    return {"sub": subject} | {name: value for name, value in told.items() if value and name in asked}
