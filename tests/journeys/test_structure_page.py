"""The page of a site, down to its beds, as an integrator reads it after a structure message."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from passerelle.core.access import api as access
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr
from passerelle.protocols.pamfr import Place, PlaceAction, PlaceKind, PlaceRef

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def described(settings):
    """Given a hospital that described a unit, two rooms and their beds, and closed one."""
    settings.DEMO = True
    directory.load_directory(at=AT, demo=True)
    access.ensure_personas(at=AT)
    site, unit = PlaceRef(PlaceKind.SITE, "NEUF"), PlaceRef(PlaceKind.UNIT, "6268")
    department, rooms = PlaceRef(PlaceKind.DEPARTMENT, "CARD"), [PlaceRef(PlaceKind.ROOM, f"10{n}") for n in (1, 2)]
    add = PlaceAction.ADD
    places = (
        Place(site, add, "Bâtiment neuf de la Timone", finess="990009901", city="Marseille"),
        Place(department, add, "Cardiologie", parents=(site,)),
        Place(unit, add, "Cardiologie, hospitalisation complète", parents=(department,)),
        *(Place(room, add, f"Chambre {room.code}", parents=(unit,)) for room in rooms),
        *(
            Place(PlaceRef(PlaceKind.BED, f"{room.code}{side}"), add, f"Lit {room.code}{side}", parents=(room,))
            for room in rooms
            for side in "AB"
        ),
    )
    closing = Place(PlaceRef(PlaceKind.BED, "102B"), PlaceAction.DEACTIVATE, "Lit 102B", parents=(rooms[1],))
    for told in (places, (closing,)):
        event = pamfr.StructureEvent("M05", AT, AT, told)
        directory.import_structure(event=event, establishment="aphm", at=AT, source="essai")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_site_is_read_down_to_its_beds(described, request, size, axe, screenshots):
    page = request.getfixturevalue(size)
    page.goto("/connexion/")
    page.get_by_role("button", name="Entrer comme Mona Cyprès (fictif)").click()
    page.goto("/annuaire/sites/aphm-neuf/")

    expect(page.get_by_role("heading", name="Bâtiment neuf de la Timone")).to_be_visible()
    page.get_by_text("3 lits").click()
    expect(page.get_by_text("101A, 101B")).to_be_visible()
    screenshots(page, f"site-{size}")
    axe(page)
