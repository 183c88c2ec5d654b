"""What is known of a patient beside their stays, each fact with its origin and date."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.facets import READERS, Facet, carrier_of, device_name
from passerelle.care.record.selectors.known_rows import Denial, Knowledge, KnownFact, Theme
from passerelle.care.record.selectors.opened import OpenRecord, Piece, Row, open_record, rows
from passerelle.care.record.selectors.presenting import Places
from passerelle.core.access.api import Kind, Viewer

Json = Mapping[str, Any]
TYPES_OF: Final[Mapping[Theme, tuple[str, ...]]] = {
    Theme.ALLERGIES: ("AllergyIntolerance",),
    Theme.ANTECEDENTS: ("Condition", "FamilyMemberHistory"),
    Theme.TREATMENTS: ("MedicationStatement", "MedicationRequest"),
    Theme.PROCEDURES: ("Procedure",),
    Theme.IMPLANTS: ("Device", "DeviceUseStatement"),
    Theme.IMMUNIZATIONS: ("Immunization",),
}
KIND_OF_THEME: Final[Mapping[Theme, Kind]] = {
    Theme.ALLERGIES: Kind.ALLERGY,
    Theme.ANTECEDENTS: Kind.CONDITION,
    Theme.TREATMENTS: Kind.MEDICATION,
    Theme.PROCEDURES: Kind.PROCEDURE,
    Theme.IMPLANTS: Kind.DEVICE,
    Theme.IMMUNIZATIONS: Kind.IMMUNIZATION,
}


def allergies(viewer: Viewer, person_id: UUID, *, at: datetime) -> Knowledge:
    """Return the allergies, the grave ones first; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    return _asked(viewer, person_id, Theme.ALLERGIES, at)


def conditions(viewer: Viewer, person_id: UUID, *, at: datetime) -> Knowledge:
    """Return problems, antecedents and those of the family; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    return _asked(viewer, person_id, Theme.ANTECEDENTS, at)


def medications(viewer: Viewer, person_id: UUID, *, at: datetime) -> Knowledge:
    """Return usual treatments and prescriptions; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    return _asked(viewer, person_id, Theme.TREATMENTS, at)


def procedures(viewer: Viewer, person_id: UUID, *, at: datetime) -> Knowledge:
    """Return the acts; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    return _asked(viewer, person_id, Theme.PROCEDURES, at)


def implants(viewer: Viewer, person_id: UUID, *, at: datetime) -> Knowledge:
    """Return the devices in place or taken out; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    return _asked(viewer, person_id, Theme.IMPLANTS, at)


def immunizations(viewer: Viewer, person_id: UUID, *, at: datetime) -> Knowledge:
    """Return the vaccines; audited.

    Raises:
        AccessRefused: the viewer may not read them.
    """
    return _asked(viewer, person_id, Theme.IMMUNIZATIONS, at)


def _asked(viewer: Viewer, person_id: UUID, theme: Theme, at: datetime) -> Knowledge:
    opened = open_record(viewer, person_id, kind=KIND_OF_THEME[theme], at=at)
    return known_of(opened, [theme], where=presenting.places())[theme]


def known_of(opened: OpenRecord, themes: Collection[Theme], *, where: Places) -> dict[Theme, Knowledge]:
    """Return what is known on each theme, in one query: the record is already open, and its reading traced."""
    found = rows(opened, [type_ for theme in themes for type_ in TYPES_OF[theme]])
    return {theme: _knowledge(theme, found, opened.at, where) for theme in themes}


def knowledge_from(
    theme: Theme, pieces: Iterable[Piece], resources: Mapping[UUID, Json], *, at: datetime, where: Places
) -> Knowledge:
    """Return what is known on a theme from rows already read."""
    found = [
        Row(one.type, one.establishment, one.stored_at, dict(resources[one.id]))
        for one in pieces
        if one.id in resources
    ]
    return _knowledge(theme, found, at, where)


def _knowledge(theme: Theme, found: Iterable[Row], at: datetime, where: Places) -> Knowledge:
    mine = [row for row in found if row.type in TYPES_OF[theme]]
    told = [(row, facet) for row in mine if row.type != "Device" for facet in [_facet(row, mine, at)] if facet]
    told += [(row, facet) for row, facet in _devices_alone(mine)]
    facts = [_fact(row, facet, where) for row, facet in told if not facet.denial]
    ordered = sorted(facts, key=lambda fact: (not fact.is_grave, -_rank(fact.on), fact.title.casefold(), fact.id))
    return Knowledge(
        theme=theme,
        current=tuple(fact for fact in ordered if fact.is_current),
        past=tuple(fact for fact in ordered if not fact.is_current),
        denials=tuple(_denial(row, facet, where) for row, facet in told if facet.denial),
    )


def _facet(row: Row, around: Iterable[Row], at: datetime) -> Facet | None:
    facet = READERS[row.type](row.resource)
    if facet is None:
        return None
    if facet.is_current and facet.ends and facet.ends < at:
        return replace(facet, state=("neutral", "Échu"), is_current=False)
    if row.type != "DeviceUseStatement":
        return facet
    used = _used(row)
    device = next((one.resource for one in around if one.type == "Device" and one.resource.get("id") == used), None)
    if device is None:
        return facet
    return replace(facet, title=device_name(device), details=(*facet.details, *carrier_of(device)))


def _devices_alone(found: Sequence[Row]) -> list[tuple[Row, Facet]]:
    """Return the devices of which no use is told: a device that is used is told with its use."""
    used = {_used(row) for row in found if row.type == "DeviceUseStatement"}
    alone = (row for row in found if row.type == "Device" and row.resource.get("id") not in used)
    return [(row, facet) for row in alone for facet in [READERS["Device"](row.resource)] if facet]


def _used(row: Row) -> str:
    return str(row.resource.get("device", {}).get("reference", "")).partition("/")[2]


def _fact(row: Row, facet: Facet, where: Places) -> KnownFact:
    return KnownFact(
        id=UUID(row.resource["id"]),
        type=row.type,
        title=facet.title,
        code=facet.code,
        details=facet.details,
        state=facet.state,
        is_current=facet.is_current,
        is_grave=facet.is_grave,
        since=facet.since,
        until=facet.until,
        on=facet.on,
        establishment=row.establishment,
        establishment_name=where.establishments.get(row.establishment, row.establishment),
        author=facet.author,
        written_on=_written_on(row, facet),
    )


def _denial(row: Row, facet: Facet, where: Places) -> Denial:
    name = where.establishments.get(row.establishment, row.establishment)
    return Denial(facet.denial, name, facet.author, _written_on(row, facet))


def _written_on(row: Row, facet: Facet) -> date:
    """Return the day it was written down, or, when the source does not tell, the day it came."""
    return timezone.localdate(presenting.moment(facet.written) or row.stored_at)


def _rank(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
