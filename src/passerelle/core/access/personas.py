"""The cast of the demonstration, as written in its data file."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from passerelle.core.access.vocabulary import Role
from passerelle.core.directory.api import EstablishmentRow

PERSONAS_FILE = Path(__file__).with_name("personas.yaml")
EVERY_ESTABLISHMENT, EACH_ESTABLISHMENT = "*", "each"
PATIENT_CODE = "patient"
PERSONA_DOMAIN = "demonstration.invalid"


@dataclass(frozen=True, slots=True)
class Persona:
    """One fictitious account; `establishments` empty when the role is held for the whole group."""

    code: str
    name: str
    role: Role
    establishments: tuple[str, ...]
    place: str
    profession: str
    can: str
    rpps: str = ""
    """A number no register gives, for whoever no hospital employs."""

    @property
    def email(self) -> str:
        return f"{self.code}@{PERSONA_DOMAIN}"


def cast(establishments: list[EstablishmentRow]) -> list[Persona]:
    """Return every persona these establishments allow, in the order of the file."""
    return [persona for raw in _written() for persona in _personas_of(raw, establishments)]


def _personas_of(raw: dict[str, Any], establishments: list[EstablishmentRow]) -> list[Persona]:
    place = raw.get("establishment", "")
    if place == EACH_ESTABLISHMENT:
        pairs = zip(establishments, raw["names"], strict=False)
        return [_persona(raw, row, name=name, code=f"{raw['code']}-{row.code}") for row, name in pairs]
    if place == EVERY_ESTABLISHMENT:
        codes = tuple(row.code for row in establishments)
        return [_persona(raw, None, name=raw["name"], code=raw["code"], codes=codes)]
    row = next((row for row in establishments if row.code == place), None)
    return [] if place and row is None else [_persona(raw, row, name=raw["name"], code=raw["code"])]


def _persona(
    raw: dict[str, Any], row: EstablishmentRow | None, *, name: str, code: str, codes: tuple[str, ...] = ()
) -> Persona:
    return Persona(
        code=code,
        name=name,
        role=Role(raw["role"]),
        establishments=codes or ((row.code,) if row else ()),
        place=row.short_name if row else "",
        profession=raw.get("profession", ""),
        can=raw["can"],
        rpps=raw.get("rpps", ""),
    )


@lru_cache(maxsize=1)
def _written() -> list[dict[str, Any]]:
    return list(yaml.safe_load(PERSONAS_FILE.read_text(encoding="utf-8")))
