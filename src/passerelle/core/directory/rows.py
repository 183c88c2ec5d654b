"""What the directory gives to others and to its pages: frozen rows, never models."""

from dataclasses import dataclass
from datetime import date, datetime

from passerelle.core.ui.api import french

RANK = "rang"


@dataclass(frozen=True, slots=True)
class EstablishmentRow:
    code: str
    name: str
    short_name: str
    kind: str
    kind_label: str
    role: str
    role_label: str
    city: str
    finess: str
    finess_is_fictitious: bool
    is_test: bool


@dataclass(frozen=True, slots=True)
class SiteRow:
    code: str
    name: str
    establishment: str
    city: str
    finess: str
    finess_is_fictitious: bool


@dataclass(frozen=True, slots=True)
class UnitRow:
    code: str
    label: str
    specialty: str
    kind: str
    kind_label: str
    site: str
    establishment: str


@dataclass(frozen=True, slots=True)
class ProfessionalRow:
    rpps: str
    rpps_is_fictitious: bool
    family_name: str
    given_name: str
    profession: str
    specialty: str
    establishments: tuple[str, ...]
    """Codes of the establishments where they work."""
    establishment_names: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True)
class FigureRow:
    label: str
    value: float
    unit: str
    source: str

    @property
    def shown(self) -> str:
        """The figure in French: a rank is an ordinal."""
        return f"{int(self.value)}ᵉ" if self.unit == RANK else french.number(self.value, 0)

    @property
    def shown_unit(self) -> str:
        return "" if self.unit == RANK else self.unit


@dataclass(frozen=True, slots=True)
class TerritoryRow:
    code: str
    name: str
    group_name: str
    source: str
    figures: tuple[FigureRow, ...]


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    namespace: str
    universal_id: str
    kind: str
    label: str
    establishment: str


@dataclass(frozen=True, slots=True)
class SiteSheet:
    site: SiteRow
    units: tuple[UnitRow, ...]
    source: str
    to_confirm: tuple[str, ...]

    @property
    def caption(self) -> str:
        """Tells the tables of a page apart."""
        return f"Unités fonctionnelles, {self.site.name}"


@dataclass(frozen=True, slots=True)
class EstablishmentSheet:
    establishment: EstablishmentRow
    aliases: tuple[str, ...]
    source: str
    source_is_official: bool
    to_confirm: frozenset[str]
    sites: tuple[SiteSheet, ...]
    sub_territories: tuple[str, ...]
    facilities: tuple[str, ...]
    authorities: tuple[AuthorityRow, ...]
    professional_count: int
    unit_count: int
    units_source: str
    sites_source: str


@dataclass(frozen=True, slots=True)
class EstablishmentListing:
    establishment: EstablishmentRow
    site_count: int
    unit_count: int


@dataclass(frozen=True, slots=True)
class PartnerRow:
    code: str
    name: str
    kind: str
    source: str
    is_to_confirm: bool


@dataclass(frozen=True, slots=True)
class RoomSheet:
    code: str
    label: str
    beds: tuple[str, ...]
    """Codes of its beds in use, in order."""


@dataclass(frozen=True, slots=True)
class UnitSheet:
    code: str
    label: str
    department: str
    rooms: tuple[RoomSheet, ...]
    beds: tuple[str, ...]
    """Codes of the beds in use that are in no known room."""

    @property
    def bed_count(self) -> int:
        return len(self.beds) + sum(len(room.beds) for room in self.rooms)


@dataclass(frozen=True, slots=True)
class ClosedPlace:
    kind_label: str
    code: str
    label: str
    closed_on: date


@dataclass(frozen=True, slots=True)
class PlaceChangeRow:
    told_at: datetime
    change_label: str
    kind_label: str
    code: str
    label: str

    @property
    def place(self) -> str:
        """The place by its level and code, and by its name when that says more."""
        known = f"{self.kind_label} {self.code}"
        return known if self.label in {"", self.code, known} else f"{known} – {self.label}"


@dataclass(frozen=True, slots=True)
class SiteStructure:
    """A site down to its beds on one day, what is closed, and what its hospital told last."""

    site: SiteRow
    establishment: EstablishmentRow
    units: tuple[UnitSheet, ...]
    closed: tuple[ClosedPlace, ...]
    changes: tuple[PlaceChangeRow, ...]

    @property
    def room_count(self) -> int:
        return sum(len(unit.rooms) for unit in self.units)

    @property
    def bed_count(self) -> int:
        return sum(unit.bed_count for unit in self.units)
