"""What the simulator makes, before it becomes identities, resources or messages."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
TEST_OID = "1.2.250.1.213.1.4.10"


@dataclass(frozen=True, slots=True)
class Place:
    """A functional unit, and where it is."""

    establishment: str
    site: str
    site_name: str
    code: str
    label: str
    specialty: str
    kind: str


@dataclass(frozen=True, slots=True)
class Doctor:
    rpps: str
    family: str
    given: str

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(frozen=True, slots=True)
class Hospital:
    """An establishment with the codes it sends under."""

    code: str
    rank: int
    name: str
    facility: str
    namespace: str
    universal_id: str
    places: tuple[Place, ...]
    doctors: dict[str, tuple[Doctor, ...]]
    """By specialty; the key "" holds all of them."""

    def doctor(self, specialty: str, random: Random) -> Doctor:
        return random.choice(self.doctors.get(specialty) or self.doctors[""])


@dataclass(frozen=True, slots=True)
class Commune:
    name: str
    postal: str
    insee: str
    near: tuple[str, ...]
    psychiatry: str
    rehabilitation: str


@dataclass(slots=True)
class LocalFile:
    """What one establishment knows of a person: its own number, its own trust in the identity."""

    id: UUID
    person_id: UUID
    establishment: str
    ipp: str
    status: str
    since: datetime
    birth_name: str
    given_names: tuple[str, ...]
    birth_date: date


@dataclass(slots=True)
class Person:
    number: int
    id: UUID
    sex: str
    birth_date: date
    birth_name: str
    used_name: str
    given_names: tuple[str, ...]
    birth_place: str
    ins: str
    commune: Commune
    street: str
    phone: str
    frailty: float
    deceased_at: datetime | None = None
    files: dict[str, LocalFile] = field(default_factory=dict)

    def age_on(self, day: date) -> int:
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (not had_birthday)


class StayKind(StrEnum):
    EMERGENCY = "emergency"
    MEDICINE = "medicine"
    SURGERY = "surgery"
    DAY_SURGERY = "day_surgery"
    DAY_MEDICINE = "day_medicine"
    MATERNITY = "maternity"
    BIRTH = "birth"
    PAEDIATRICS = "paediatrics"
    PSYCHIATRY = "psychiatry"
    GERIATRICS = "geriatrics"
    REHABILITATION = "rehabilitation"


DAY_KINDS = frozenset({StayKind.DAY_SURGERY, StayKind.DAY_MEDICINE})


@dataclass(frozen=True, slots=True)
class Move:
    """A presence in one unit over `[start, end)`; `end` is None while it lasts."""

    place: Place
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Stay:
    """One visit number at one establishment; `end` is None while the patient is there."""

    number: str
    kind: StayKind
    person: Person
    file: LocalFile
    moves: tuple[Move, ...]
    start: datetime
    end: datetime | None
    doctor: Doctor
    came_by: str
    """HL7 admission type: E by emergency, R scheduled, N birth."""
    went_to: str
    """Disposition: home, other (another establishment), dead, or "" while open."""

    @property
    def place(self) -> Place:
        return self.moves[-1].place

    @property
    def nights(self) -> int | None:
        if self.end is None:
            return None
        return (self.end.astimezone(PARIS).date() - self.start.astimezone(PARIS).date()).days
