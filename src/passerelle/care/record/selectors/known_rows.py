"""Shapes of what is known of a patient beside their stays."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID


class Theme(Enum):
    """A page of facts: its word in an address, its label, and what is said when nobody told anything."""

    label: str
    unknown: str

    def __new__(cls, value: str, label: str = "", unknown: str = "") -> "Theme":
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        member.unknown = unknown
        return member

    ALLERGIES = "allergies", "Allergies", "Aucun établissement n’a rien transmis sur les allergies."
    ANTECEDENTS = "antecedents", "Antécédents", "Aucun établissement n’a rien transmis sur les antécédents."
    TREATMENTS = "traitements", "Traitements", "Aucun établissement n’a rien transmis sur les traitements."
    PROCEDURES = "actes", "Actes", "Aucun établissement n’a transmis d’acte."
    IMPLANTS = "implants", "Implants", "Aucun établissement n’a transmis d’implant."
    IMMUNIZATIONS = "vaccinations", "Vaccinations", "Aucun établissement n’a transmis de vaccination."


@dataclass(frozen=True, slots=True)
class KnownFact:
    """One fact: what it is, its state in words, and where, by whom and when it was written.

    `since` and `until` are as the source told them: a year, a month or a day, in words. `state` is a kind of status and
    its word. `is_current` sets it among those that count today.
    """

    id: UUID
    type: str
    title: str
    code: str
    details: tuple[str, ...]
    state: tuple[str, str]
    is_current: bool
    is_grave: bool
    since: str
    until: str
    on: datetime | None
    establishment: str
    establishment_name: str
    author: str
    written_on: date | None


@dataclass(frozen=True, slots=True)
class Denial:
    """That somebody asked and was told there is none."""

    text: str
    establishment_name: str
    author: str
    written_on: date | None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that is known on one theme: `current` counts today, `past` did. Silence is not « none »: see `denials`."""

    theme: Theme
    current: tuple[KnownFact, ...]
    past: tuple[KnownFact, ...]
    denials: tuple[Denial, ...]

    @property
    def essential(self) -> tuple[KnownFact, ...]:
        """Return what counts today, told once: two hospitals may have written the same."""
        return tuple({fact.code or fact.title.casefold(): fact for fact in reversed(self.current)}.values())[::-1]

    @property
    def is_unknown(self) -> bool:
        """Tell whether nobody said anything: neither a fact nor that there is none."""
        return not (self.current or self.past or self.denials)

    @property
    def is_denied(self) -> bool:
        """Tell whether somebody said that there is none, and nobody the contrary."""
        return bool(self.denials) and not self.current

    @property
    def is_disputed(self) -> bool:
        """Tell whether one said there is none and another told of one."""
        return bool(self.denials) and bool(self.current)
