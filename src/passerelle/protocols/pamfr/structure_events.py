from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct


class PlaceKind(StrEnum):
    """A level of the structure of a hospital, from the legal entity down to the bed."""

    LEGAL_ENTITY = "EJ"
    SITE = "EG"
    CLUSTER = "POLE"
    DEPARTMENT = "SERVICE"
    UNIT = "UF"
    LODGING = "UH"
    ROOM = "CHAMBRE"
    BED = "LIT"


class PlaceAction(StrEnum):
    """What becomes of a place (MFE-1, table 0180): MAD, MUP, MDL, MDC, MAC."""

    ADD = "MAD"
    UPDATE = "MUP"
    DELETE = "MDL"
    DEACTIVATE = "MDC"
    REACTIVATE = "MAC"

    @property
    def closes(self) -> bool:
        """Tell whether the place is no longer used after it."""
        return self in {PlaceAction.DELETE, PlaceAction.DEACTIVATE}


class PlaceRef(Struct, frozen=True):
    """Which place: its level and the code its hospital gives it."""

    kind: PlaceKind
    code: str


class Place(Struct, frozen=True):
    """One place of a structure (MFE, LOC, LCH, LRL); `parents` are those it lies in or answers to.

    `characteristics` are the LCH the fields do not carry, as (code, value), in order.
    """

    ref: PlaceRef
    action: PlaceAction
    label: str = ""
    short_label: str = ""
    parents: tuple[PlaceRef, ...] = ()
    finess: str = ""
    city: str = ""
    opened_on: date | None = None
    closed_on: date | None = None
    effective_at: datetime | None = None
    characteristics: tuple[tuple[str, str], ...] = ()

    def parent(self, kind: PlaceKind) -> PlaceRef | None:
        """Return the parent of that level."""
        return next((one for one in self.parents if one.kind is kind), None)


class StructureEvent(Struct, frozen=True):
    """The structure of a hospital, whole (`replaces_all`, MFI-3 REP) or in part (UPD): MFN^M05.

    `ignored` names, once for each place, the levels that are not read.
    """

    trigger: str
    occurred_at: datetime
    recorded_at: datetime
    places: tuple[Place, ...]
    replaces_all: bool = False
    ignored: tuple[str, ...] = ()
