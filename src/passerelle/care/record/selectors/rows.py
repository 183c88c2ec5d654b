"""Shapes handed to screens and to other packages."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from passerelle.core.access.api import Relation
from passerelle.core.terminology.api import unit_display


@dataclass(frozen=True, slots=True)
class StoredResource:
    """A version of a resource as stored; `labels` are its security labels when they were read with it."""

    type: str
    id: UUID
    version: int
    local_identity_id: UUID
    last_updated: datetime
    source: str
    body: str
    deleted: bool
    establishment: str = ""
    labels: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a search; `next_cursor` is None on the last one, `total` None when it was not asked."""

    rows: tuple[StoredResource, ...]
    next_cursor: str | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class LocationRow:
    """A unit where a patient was over `[start, end)`."""

    unit_code: str
    unit_label: str
    site_name: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as a list shows it. `is_masked`: its existence may be shown, its content may not be opened."""

    id: UUID
    title: str
    type_code: str
    type_label: str
    created_at: datetime | None
    author: str
    establishment: str
    establishment_name: str
    stay_id: UUID | None
    mime: str
    status: str
    restrictions: frozenset[str] = frozenset()
    replaces: UUID | None = None
    replaced_by: UUID | None = None
    is_masked: bool = False


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """A measured or coded result."""

    id: UUID
    code: str
    label: str
    value: str
    number: float | None
    unit: str
    low: float | None
    high: float | None
    interpretation: str
    observed_at: datetime | None
    establishment: str
    establishment_name: str
    stay_id: UUID | None
    status: str

    @property
    def shown_unit(self) -> str:
        """Return the unit as people write it."""
        return unit_display(self.unit)


@dataclass(frozen=True, slots=True)
class StayRow:
    """A stay: one visit number at one establishment. `status` is the FHIR Encounter status, `status_label` French."""

    id: UUID
    number: str
    establishment: str
    establishment_name: str
    status: str
    status_label: str
    class_code: str
    class_label: str
    start: datetime | None
    end: datetime | None
    site_name: str
    unit_label: str
    attending: str
    discharge_label: str
    locations: tuple[LocationRow, ...] = ()
    documents: tuple[DocumentRow, ...] = ()
    observations: tuple[ObservationRow, ...] = ()


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """An appointment over `[start, end)`; `status` is the FHIR one, `is_off` when the patient is no longer expected."""

    id: UUID
    establishment: str
    establishment_name: str
    start: datetime | None
    end: datetime | None
    status: str
    status_label: str
    service: str
    practitioners: tuple[str, ...]
    place: str
    instructions: str
    cancel_reason: str
    is_off: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """A person's record over all establishments, newest first.

    `documents` and `observations` are those outside any stay; those of a stay are in its row. `appointments` are in
    the order of time.
    """

    person_id: UUID
    relation: Relation
    stays: tuple[StayRow, ...]
    documents: tuple[DocumentRow, ...]
    observations: tuple[ObservationRow, ...]
    establishments: tuple[tuple[str, str], ...]
    appointments: tuple[AppointmentRow, ...] = ()
    first_date: date | None = None
    last_date: date | None = None


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document opened: `kind` is "html" (safe fragment in `html`), "pdf", "text" or "other" (bytes in `content`)."""

    document: DocumentRow
    person_id: UUID
    kind: str
    mime: str
    html: str
    content: bytes
    metadata: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EncounterFact:
    """A stay for the warehouse: identifiers to be pseudonymised there, the resource as parsed JSON."""

    id: UUID
    local_identity_id: UUID
    person_id: UUID
    establishment: str
    birth_date: date | None
    sex: str
    resource: dict[str, Any] = field(default_factory=dict)
