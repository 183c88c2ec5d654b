"""A site down to its beds, as its hospital described it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from passerelle.core.directory.models import Place, PlaceVersion, Site, Unit
from passerelle.core.directory.rows import ClosedPlace, PlaceChangeRow, RoomSheet, SiteStructure, UnitSheet
from passerelle.core.directory.selectors.listing import establishment, sites
from passerelle.protocols.pamfr import PlaceKind

LAST_CHANGES = 10
_Key = tuple[str, str]


def site_structure(code: str, *, on: date) -> SiteStructure | None:
    """Return the units, rooms and beds of a site in use on a day; None when the site is unknown."""
    owner = Site.objects.filter(code=code, absent_since=None).values_list("establishment_id", flat=True).first()
    row = establishment(owner) if owner else None
    site = next((one for one in sites(owner) if one.code == code), None)
    if row is None or site is None:
        return None
    known = list(Place.objects.filter(establishment_id=row.code).order_by("kind", "code"))
    tree = _Tree(known, on)
    units = Unit.objects.filter(site_id=code, absent_since=None).order_by("code")
    sheets = tuple(tree.sheet(unit.code, unit.label) for unit in units)
    codes = {unit.code for unit in sheets}
    here = [place for place in known if place.site_id == code or tree.unit_of(place) in codes]
    return SiteStructure(site, row, sheets, tuple(_closed(here, on)), tuple(_changes(here)))


def changes_told_by(source: str, *, establishment_code: str, limit: int = 50) -> list[PlaceChangeRow]:
    """Return what one message changed among the places of an establishment, in its order, at most `limit`."""
    rows = PlaceVersion.objects.filter(place__establishment_id=establishment_code, source=source)
    return [_change_row(row) for row in rows.select_related("place").order_by("pk")[:limit]]


class _Tree:
    """The places of an establishment, each with those it lies in."""

    def __init__(self, known: Iterable[Place], on: date) -> None:
        self._known = {(one.kind, one.code): one for one in known}
        self._rooms: dict[str, list[Place]] = defaultdict(list)
        self._beds: dict[_Key, list[str]] = defaultdict(list)
        for place in self._known.values():
            if place.is_open(on):
                self._hang(place)

    def _hang(self, place: Place) -> None:
        """Hang a room on its unit, a bed on its room, or on its unit when it has no room in use."""
        unit = self.unit_of(place)
        if place.kind == PlaceKind.ROOM and unit:
            self._rooms[unit].append(place)
        elif place.kind == PlaceKind.BED:
            room = self._above(place, PlaceKind.ROOM)
            self._beds[(room.kind, room.code) if room else (PlaceKind.UNIT.value, unit)].append(place.code)

    def unit_of(self, place: Place) -> str:
        """Return the code of the unit a place lies in, "" when none is known."""
        if place.kind == PlaceKind.UNIT:
            return place.code
        return next((code for kind, code in self._ancestors(place) if kind == PlaceKind.UNIT), "")

    def _above(self, place: Place, kind: PlaceKind) -> Place | None:
        return next((self._known.get(key) for key in self._ancestors(place) if key[0] == kind), None)

    def _ancestors(self, place: Place) -> Sequence[_Key]:
        """Return the places above, the nearest first, named even when not described; circles are cut."""
        found: dict[_Key, None] = {}
        nearest = [(kind, code) for kind, code in place.parents]
        while nearest:
            following: list[_Key] = []
            for key in nearest:
                if key not in found:
                    found[key] = None
                    parent = self._known.get(key)
                    following += [(kind, code) for kind, code in parent.parents] if parent else []
            nearest = following
        return list(found)

    def sheet(self, code: str, label: str) -> UnitSheet:
        place = self._known.get((PlaceKind.UNIT.value, code))
        department = self._above(place, PlaceKind.DEPARTMENT) if place else None
        rooms = tuple(
            RoomSheet(room.code, str(room), tuple(self._beds[room.kind, room.code])) for room in self._rooms[code]
        )
        beds = tuple(self._beds[PlaceKind.UNIT.value, code])
        return UnitSheet(code, label, str(department) if department else "", rooms, beds)


def _closed(here: Iterable[Place], on: date) -> Iterable[ClosedPlace]:
    for place in here:
        if place.closed_on is not None and place.closed_on <= on:
            yield ClosedPlace(place.get_kind_display(), place.code, place.label, place.closed_on)


def _changes(here: Sequence[Place]) -> Iterable[PlaceChangeRow]:
    rows = PlaceVersion.objects.filter(place__in=here).select_related("place").order_by("-told_at", "-pk")
    return [_change_row(row) for row in rows[:LAST_CHANGES]]


def _change_row(row: PlaceVersion) -> PlaceChangeRow:
    place = row.place
    return PlaceChangeRow(row.told_at, row.get_change_display(), place.get_kind_display(), place.code, row.label)
