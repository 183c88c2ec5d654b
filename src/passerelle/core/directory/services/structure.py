"""What a hospital says of its places (MFN^M05), written in the directory: places, and the sites and units they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.text import slugify

from passerelle.core.directory.memory import forget
from passerelle.core.directory.models import (
    Establishment,
    Place,
    PlaceChange,
    PlaceVersion,
    Site,
    Source,
    Unit,
    UnitKind,
)
from passerelle.core.directory.services.loading import STRUCTURE_SOURCE
from passerelle.protocols import pamfr
from passerelle.protocols.pamfr import PlaceKind

_PARIS = ZoneInfo("Europe/Paris")
_FINESS_LENGTH = 9
_TOLD = ("label", "short_label", "parents", "finess", "city", "opened_on", "closed_on", "characteristics")


@dataclass(slots=True)
class StructureReport:
    """What an import did, place by place (`UF 6268`), and what it could not settle.

    `unplaced` are units and sites that no page can show yet: a unit of no known site, a site without FINESS.
    """

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)
    unchanged: int = 0
    unplaced: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """Count the places this import wrote; 0 when the directory already knew."""
        return len(self.created) + len(self.updated) + len(self.closed) + len(self.reopened)


@transaction.atomic
def import_structure(*, event: pamfr.StructureEvent, establishment: str, at: datetime, source: str) -> StructureReport:
    """Create, update, close and open again the places of an establishment; the same message twice changes nothing.

    A whole structure (MFI-3 REP) closes what it no longer names. Nothing is deleted, each change leaves a version. Only
    what messages told is closed: units of the territory file stay.

    Raises:
        Establishment.DoesNotExist: nobody of that code.
    """
    # Locked, so that two structures of one establishment follow one another.
    owner = Establishment.objects.select_for_update().get(pk=establishment)
    work = _Import(owner, at, source)
    for told in event.places:
        work.bring(told)
    if event.replaces_all:
        work.close_others({(told.ref.kind.value, told.ref.code) for told in event.places})
    work.project()
    work.report.ignored.extend(event.ignored)
    forget()
    return work.report


class _Import:
    """One import: compares what is told with what is known."""

    def __init__(self, owner: Establishment, at: datetime, source: str) -> None:
        self.owner = owner
        self.at = at
        self.today = at.astimezone(_PARIS).date()
        self.source = source[:60]
        self.report = StructureReport()
        self.known = {(one.kind, one.code): one for one in owner.places.select_for_update().order_by("pk")}

    def bring(self, told: pamfr.Place) -> None:
        key = (told.ref.kind.value, told.ref.code[:60])
        place = self.known.get(key)
        values = self._values(told, place)
        if place is None:
            place = Place(establishment=self.owner, kind=key[0], code=key[1], **values)
            self.known[key] = place
            self._write(place, PlaceChange.CREATED, self.report.created)
            return
        before = {name: getattr(place, name) for name in _TOLD}
        if before == values:
            self.report.unchanged += 1
            return
        for name, value in values.items():
            setattr(place, name, value)
        self._write(place, *self._kind_of_change(before["closed_on"], place.closed_on))

    def close_others(self, named: set[tuple[str, str]]) -> None:
        for key, place in self.known.items():
            if key not in named and place.closed_on is None:
                place.closed_on = self.today
                self._write(place, PlaceChange.CLOSED, self.report.closed)

    def _values(self, told: pamfr.Place, before: Place | None) -> dict[str, object]:
        closed_on = told.closed_on
        if told.action.closes:
            closed_on = closed_on or (before.closed_on if before else None) or self._day(told.effective_at)
        return {
            "label": told.label[:200],
            "short_label": told.short_label[:100],
            "parents": [[one.kind.value, one.code] for one in told.parents],
            "finess": told.finess[:20],
            "city": told.city[:80],
            "opened_on": told.opened_on,
            "closed_on": closed_on,
            "characteristics": dict(told.characteristics),
        }

    def _day(self, moment: datetime | None) -> date:
        return moment.astimezone(_PARIS).date() if moment else self.today

    def _kind_of_change(self, before: date | None, after: date | None) -> tuple[PlaceChange, list[str]]:
        if before is None and after is not None:
            return PlaceChange.CLOSED, self.report.closed
        if before is not None and after is None:
            return PlaceChange.REOPENED, self.report.reopened
        return PlaceChange.UPDATED, self.report.updated

    def _write(self, place: Place, change: PlaceChange, named: list[str]) -> None:
        place.source, place.told_at = self.source, self.at
        if change is PlaceChange.CREATED:
            place.save()
        else:
            place.save(update_fields=[*_TOLD, "source", "told_at"])
        PlaceVersion.objects.create(
            place=place,
            told_at=self.at,
            change=change,
            label=place.label,
            parents=place.parents,
            opened_on=place.opened_on,
            closed_on=place.closed_on,
            source=self.source,
        )
        named.append(f"{place.kind} {place.code}")

    def project(self) -> None:
        """Bring the sites and the units of the directory to what the places say."""
        Source.objects.get_or_create(
            code=STRUCTURE_SOURCE,
            defaults={
                "title": "Structure transmise par l’établissement",
                "nature": "message HL7 (MFN^M05)",
                "is_official": False,
            },
        )
        sites = {one.code: one for one in Site.objects.filter(establishment=self.owner)}
        for place in self._of(PlaceKind.SITE):
            self._project_site(place, sites)
        units = {one.code: one for one in Unit.objects.filter(establishment=self.owner)}
        for place in self._of(PlaceKind.UNIT):
            self._project_unit(place, units, sites)

    def _of(self, kind: PlaceKind) -> Iterable[Place]:
        return [place for place in self.known.values() if place.kind == kind]

    def _project_site(self, place: Place, sites: dict[str, Site]) -> None:
        site = place.site or next((one for one in sites.values() if one.finess == place.finess), None)
        if site is None:
            if len(place.finess) != _FINESS_LENGTH or not place.finess.isalnum():
                self.report.unplaced.append(f"{place.kind} {place.code}")
                return
            site = Site(
                code=slugify(f"{self.owner.pk}-{place.code}"),
                establishment=self.owner,
                rank=len(sites) + 1,
                finess=place.finess,
                finess_is_fictitious=place.finess.startswith("99"),
                source_id=STRUCTURE_SOURCE,
            )
        sites[site.code] = site
        if site.source_id == STRUCTURE_SOURCE:
            site.name, site.city = place.label[:120] or place.code, place.city or self.owner.city
            site.absent_since = self._absent_since(place, site.absent_since)
            site.save()
        _link(place, "site", site)

    def _project_unit(self, place: Place, units: dict[str, Unit], sites: dict[str, Site]) -> None:
        site = self._site_of(place, seen=frozenset())
        unit = place.unit or units.get(place.code)
        if site is None and unit is None:
            site = min(sites.values(), key=lambda one: (one.rank, one.code), default=None)
        if unit is None:
            if site is None:
                self.report.unplaced.append(f"{place.kind} {place.code}")
                return
            unit = Unit(establishment=self.owner, code=place.code[:20], site=site, kind=UnitKind.OTHER)
        unit.site = site or unit.site
        unit.label = place.label[:120] or unit.label or place.code
        unit.source_id = STRUCTURE_SOURCE
        unit.absent_since = self._absent_since(place, unit.absent_since)
        unit.save()
        units[unit.code] = unit
        _link(place, "unit", unit)

    def _absent_since(self, place: Place, before: datetime | None) -> datetime | None:
        if place.closed_on is None or place.closed_on > self.today:
            return None
        return before or self.at

    def _site_of(self, place: Place, *, seen: frozenset[int]) -> Site | None:
        """Return the site a place lies in, going up through its parents; None when no chain leads to one."""
        if place.site is not None:
            return place.site
        for kind, code in place.parents:
            parent = self.known.get((kind, code))
            if parent is not None and parent.pk not in seen:
                found = self._site_of(parent, seen=seen | {place.pk})
                if found is not None:
                    return found
        return None


def _link(place: Place, name: str, row: Site | Unit) -> None:
    if getattr(place, f"{name}_id") != row.pk:
        setattr(place, name, row)
        place.save(update_fields=[name])


def summary_of(report: StructureReport) -> dict[str, int]:
    """Return the counts of a report, for a trace: places are named on the page, not there."""
    names: Sequence[str] = ("created", "updated", "closed", "reopened", "unplaced", "ignored")
    return {name: len(getattr(report, name)) for name in names}
