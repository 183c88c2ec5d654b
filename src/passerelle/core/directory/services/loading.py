"""The loader of the territory file. Rows the file drops are marked absent, never deleted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import models, transaction

from passerelle.core.directory.fictitious import FictitiousStaff, fictitious_staff
from passerelle.core.directory.models import (
    AssigningAuthority,
    Employment,
    Establishment,
    Listed,
    Partner,
    Professional,
    SendingFacility,
    Site,
    Source,
    SubTerritory,
    Territory,
    TerritoryFigure,
    Unit,
)
from passerelle.core.directory.services.professionals import REGISTERS
from passerelle.core.directory.territory_file import TERRITORY_FILE, Row, TerritoryRows, read_territory

FICTITIOUS_PROFESSIONALS = 600
#: The source of what hospitals tell of themselves by messages, which the file must not undo.
STRUCTURE_SOURCE = "structure"


@dataclass(slots=True)
class LoadReport:
    """What a load did: counts, and the rows the file no longer holds (kept, marked absent)."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    absent: list[str] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """Count the rows this load wrote; 0 when the directory already said what the file says."""
        return self.created + self.updated + len(self.absent)


@transaction.atomic
def load_directory(*, at: datetime, path: Path = TERRITORY_FILE, demo: bool = False) -> LoadReport:
    """Bring the directory to what the file says; a second run changes nothing.

    With `demo`, the test establishment of the published example messages and 600 invented professionals come too;
    without it, those of an earlier load stay as they are.
    """
    rows = read_territory(path, demo=demo)
    load = _Load(at=at, demo=demo)
    _load_places(load, rows)
    if demo:
        _load_staff(load, fictitious_staff(rows.units, count=FICTITIOUS_PROFESSIONALS))
    return load.report


def _load_places(load: "_Load", rows: TerritoryRows) -> None:
    load.bring(Source, ("code",), rows.sources)
    load.bring(Territory, ("code",), rows.territories)
    load.bring(TerritoryFigure, ("territory_id", "code"), rows.figures)
    load.bring(Establishment, ("code",), rows.establishments)
    load.bring(Site, ("code",), rows.sites)
    load.bring(Unit, ("establishment_id", "code"), rows.units)
    load.bring(AssigningAuthority, ("namespace", "universal_id", "kind"), rows.authorities)
    load.bring(SendingFacility, ("code",), rows.facilities)
    load.bring(Partner, ("code",), rows.partners)
    load.bring(SubTerritory, ("code",), rows.sub_territories)
    for sub_territory in SubTerritory.objects.filter(code__in=rows.sub_territory_sites):
        sub_territory.sites.set(Site.objects.filter(code__in=rows.sub_territory_sites[sub_territory.code]))


def _load_staff(load: "_Load", staff: FictitiousStaff) -> None:
    unit_ids = {(unit.establishment_id, unit.code): unit.pk for unit in Unit.objects.all()}
    load.bring(Professional, ("rpps",), staff.professionals)
    employments = [
        {
            "professional_id": row["professional_id"],
            "establishment_id": row["establishment_id"],
            "unit_id": unit_ids[row["unit_key"]],
        }
        for row in staff.employments
    ]
    load.bring(Employment, ("professional_id", "establishment_id"), employments)


@dataclass(slots=True)
class _Load:
    """One run of the loader: compares wanted rows with the table and writes the difference."""

    at: datetime
    demo: bool
    report: LoadReport = field(default_factory=LoadReport)

    def bring(self, model: type[models.Model], key: tuple[str, ...], wanted: Iterable[Row]) -> None:
        existing = {_key_of(row, key): row for row in model._default_manager.all()}  # noqa: SLF001 - Django's own API
        to_create: list[models.Model] = []
        changed: list[models.Model] = []
        columns: set[str] = set()
        for row in wanted:
            found = existing.pop(tuple(row[column] for column in key), None)
            if found is None:
                to_create.append(model(**row))
                continue
            if getattr(found, "source_id", None) == STRUCTURE_SOURCE:
                self.report.unchanged += 1  # its hospital has spoken since: the file is older
                continue
            differences = _apply(found, {**row, **({"absent_since": None} if isinstance(found, Listed) else {})})
            columns |= differences
            if differences:
                changed.append(found)
            else:
                self.report.unchanged += 1
        model._default_manager.bulk_create(to_create)  # noqa: SLF001 - Django's own API
        if changed:
            names = {column.attname: column.name for column in model._meta.concrete_fields}  # noqa: SLF001 - Django's
            model._default_manager.bulk_update(changed, [names[column] for column in columns])  # noqa: SLF001 - same
        self.report.created += len(to_create)
        self.report.updated += len(changed)
        self._mark_absent(existing.values())

    def _mark_absent(self, rows: Iterable[models.Model]) -> None:
        for row in rows:
            if not isinstance(row, Listed) or row.absent_since is not None or self._is_out_of_scope(row):
                continue
            row.absent_since = self.at
            row.save(update_fields=["absent_since"])
            self.report.absent.append(f"{row._meta.label}: {row}")  # noqa: SLF001 - Django's own API

    def _is_out_of_scope(self, row: Listed) -> bool:
        """Tell whether the file does not speak of it: told by a message or a register, or of the demonstration only."""
        if {getattr(row, "source_id", None), row.pk} & {STRUCTURE_SOURCE, *REGISTERS}:
            return True
        if self.demo:
            return False
        establishment = row.pk if isinstance(row, Establishment) else getattr(row, "establishment_id", None)
        return establishment == "essai"


def _key_of(row: models.Model, key: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(row, column) for column in key)


def _apply(row: models.Model, wanted: Row) -> set[str]:
    """Set what differs; return the names of the columns that changed."""
    differences = {column for column, value in wanted.items() if getattr(row, column) != value}
    for column in differences:
        setattr(row, column, wanted[column])
    return differences
