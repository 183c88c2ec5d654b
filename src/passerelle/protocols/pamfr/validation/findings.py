from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]

#: What each rule of form checks; the rules of meaning are listed beside their functions.
FORM_RULES = {
    "SEG-1": "segment requis absent",
    "SEG-2": "segment hors de sa place",
    "SEG-3": "segment répété à tort",
    "SEG-4": "segment exclu du profil français",
    "SEG-5": "segment inconnu du profil",
    "MSG-1": "événement que le profil ne décrit pas",
    "FLD-1": "champ requis absent",
    "FLD-2": "champ exclu du profil français",
    "FLD-3": "champ répété à tort",
    "FLD-4": "valeur trop longue",
    "FLD-5": "valeur qui n’est pas du type attendu",
    "FLD-6": "code hors de sa table",
    "FLD-7": "code de HL7 que la France ne retient pas",
    "CMP-1": "composante requise absente",
    "CMP-2": "composante exclue du profil français",
}
#: Table 0357, for an acknowledgement, by rule of form; a rule of meaning is 207.
_CONDITIONS = {
    "SEG-1": "100", "SEG-2": "100", "SEG-3": "100", "SEG-4": "100", "SEG-5": "100", "MSG-1": "201", "FLD-1": "101",
    "FLD-2": "102", "FLD-3": "102", "FLD-4": "102", "FLD-5": "102", "FLD-6": "103", "FLD-7": "103", "CMP-1": "101",
    "CMP-2": "102",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """What a message has against the profile.

    `where` is a location of type ERL (`PID^1^3^2^4`: segment, rank, field, repetition, component); `field` and
    `component` are 0 when the finding is about the whole segment or field; `text` is French, for whoever sends.
    """

    where: str
    segment: str
    field: int
    component: int
    rule: str
    text: str
    severity: Severity = "error"

    @property
    def condition(self) -> str:
        """Return the code of table 0357 that an acknowledgement carries."""
        return _CONDITIONS.get(self.rule, "207")


def at_segment(name: str, rank: int, rule: str, text: str, severity: Severity = "error") -> Finding:
    """Return a finding about a whole segment."""
    return Finding(f"{name}^{rank}", name, 0, 0, rule, text, severity)


def at(place: str, rule: str, text: str, severity: Severity = "error") -> Finding:
    """Return a finding about a field or a component of the first segment of that name: `PID-3`, `PID-3.4`."""
    name, _, rest = place.partition("-")
    field, _, component = rest.partition(".")
    where = f"{name}^1^{field}" + (f"^1^{component}" if component else "")
    return Finding(where, name, int(field or 0), int(component or 0), rule, text, severity)
