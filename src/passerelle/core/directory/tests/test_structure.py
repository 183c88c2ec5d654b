"""A structure message in the directory: places created, changed, closed, opened again, never deleted."""

from datetime import UTC, date, datetime, timedelta

import pytest

from passerelle.core.directory import api
from passerelle.core.directory.models import Place, PlaceVersion, Site, Unit
from passerelle.protocols import pamfr
from passerelle.protocols.pamfr import PlaceAction, PlaceKind

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loaded():
    api.load_directory(at=AT)


def place(kind, code, label="", *parents, action=PlaceAction.ADD, **said):
    refs = tuple(pamfr.PlaceRef(level, parent) for level, parent in parents)
    return pamfr.Place(pamfr.PlaceRef(kind, code), action, label or code, parents=refs, **said)


def new_site(**said):
    return place(PlaceKind.SITE, "NORD2", "Hôpital Nord, bâtiment neuf", finess="990009901", city="Marseille", **said)


SERVICE = place(PlaceKind.DEPARTMENT, "CARD", "Cardiologie", (PlaceKind.SITE, "NORD2"))
UNIT = place(PlaceKind.UNIT, "9901", "Cardiologie, hospitalisation", (PlaceKind.DEPARTMENT, "CARD"))
ROOM = place(PlaceKind.ROOM, "101", "Chambre 101", (PlaceKind.UNIT, "9901"))
BED_A = place(PlaceKind.BED, "101A", "Lit A", (PlaceKind.ROOM, "101"))
BED_B = place(PlaceKind.BED, "101B", "Lit B", (PlaceKind.ROOM, "101"))
WHOLE = (new_site(), SERVICE, UNIT, ROOM, BED_A, BED_B)


def told(*places, replaces_all=False, ignored=()):
    return pamfr.StructureEvent("M05", AT, AT, places, replaces_all, ignored)


def bring(*places, at=AT, replaces_all=False, establishment="aphm", source="m-1"):
    event = told(*places, replaces_all=replaces_all)
    return api.import_structure(event=event, establishment=establishment, at=at, source=source)


def test_a_structure_creates_the_site_the_unit_the_room_and_the_beds():
    report = bring(*WHOLE)

    assert len(report.created) == 6
    assert api.site_of_unit("aphm", "9901").name == "Hôpital Nord, bâtiment neuf"
    unit = next(one for one in api.units() if one.code == "9901")
    assert (unit.label, unit.kind_label) == ("Cardiologie, hospitalisation", "Non précisée")


def test_the_same_message_twice_changes_nothing():
    bring(*WHOLE)

    again = bring(*WHOLE, at=AT + timedelta(days=1))

    assert (again.changed, again.unchanged) == (0, 6)
    assert PlaceVersion.objects.count() == 6


def test_the_order_of_places_in_the_message_does_not_matter():
    bring(*reversed(WHOLE))

    assert api.site_of_unit("aphm", "9901").name == "Hôpital Nord, bâtiment neuf"


def test_an_unknown_unit_of_a_movement_is_placed_once_its_hospital_describes_it():
    with api.remembering():
        assert api.site_of_unit("aphm", "9901") is None

        bring(*WHOLE)

        assert api.site_of_unit("aphm", "9901") is not None


def test_a_unit_closed_leaves_the_lists_and_stays_in_history():
    bring(*WHOLE)
    closing = place(PlaceKind.UNIT, "9901", UNIT.label, (PlaceKind.DEPARTMENT, "CARD"), action=PlaceAction.DEACTIVATE)

    report = bring(closing, at=AT + timedelta(days=2))

    assert report.closed == ["UF 9901"]
    assert api.site_of_unit("aphm", "9901") is None
    assert Unit.objects.get(code="9901").absent_since == AT + timedelta(days=2)
    assert list(
        PlaceVersion.objects.filter(place__code="9901").order_by("told_at").values_list("change", flat=True)
    ) == [
        "cree",
        "ferme",
    ]


def test_a_unit_closed_then_told_again_is_open():
    bring(*WHOLE)
    bring(
        place(
            PlaceKind.UNIT,
            "9901",
            UNIT.label,
            *((one.kind, one.code) for one in UNIT.parents),
            action=PlaceAction.DELETE,
        )
    )

    report = bring(UNIT, at=AT + timedelta(days=3))

    assert report.reopened == ["UF 9901"]
    assert api.site_of_unit("aphm", "9901") is not None


def test_a_whole_structure_closes_what_it_no_longer_names_and_leaves_the_units_of_the_file():
    bring(*WHOLE)
    before = {one.code for one in api.units("aphm-nord")}

    report = bring(*WHOLE[:-1], replaces_all=True, at=AT + timedelta(days=1))

    assert report.closed == ["LIT 101B"]
    assert Place.objects.get(code="101B").closed_on == date(2026, 3, 3)
    assert {one.code for one in api.units("aphm-nord")} == before


def test_a_partial_structure_closes_nothing():
    bring(*WHOLE)

    assert bring(BED_A).closed == []


def test_a_closing_to_come_does_not_close_today():
    bring(
        new_site(),
        SERVICE,
        place(PlaceKind.UNIT, "9901", "Cardio", (PlaceKind.DEPARTMENT, "CARD"), closed_on=date(2027, 1, 1)),
    )

    assert api.site_of_unit("aphm", "9901") is not None


def test_a_site_known_by_its_finess_is_the_same_site():
    known = Site.objects.filter(establishment="aphm").order_by("rank").first()

    bring(
        place(PlaceKind.SITE, "S1", "Autre nom", finess=known.finess),
        place(PlaceKind.UNIT, "9902", "X", (PlaceKind.SITE, "S1")),
    )

    assert api.site_of_unit("aphm", "9902").code == known.code
    assert Site.objects.get(pk=known.pk).name == known.name


def test_a_site_without_finess_is_said_and_its_units_go_to_the_first_site():
    report = bring(place(PlaceKind.SITE, "S1", "Site"), place(PlaceKind.UNIT, "9902", "X", (PlaceKind.SITE, "S1")))

    assert report.unplaced == ["EG S1"]
    assert api.site_of_unit("aphm", "9902") is not None


def test_a_unit_of_the_file_takes_the_name_its_hospital_gives_it_and_the_file_does_not_undo_it():
    known = next(one for one in api.units() if one.establishment == "aphm")

    bring(place(PlaceKind.UNIT, known.code, "Nouveau nom"))
    api.load_directory(at=AT + timedelta(days=1))

    unit = next(one for one in api.units(known.site) if one.code == known.code)
    assert (unit.label, unit.site, unit.kind) == ("Nouveau nom", known.site, known.kind)


def test_what_messages_told_survives_a_load_of_the_file():
    bring(*WHOLE)

    report = api.load_directory(at=AT + timedelta(days=1))

    assert report.absent == []
    assert api.site_of_unit("aphm", "9901") is not None


def test_places_that_turn_in_circles_do_not():
    bring(
        place(PlaceKind.DEPARTMENT, "A", "A", (PlaceKind.CLUSTER, "B")),
        place(PlaceKind.CLUSTER, "B", "B", (PlaceKind.DEPARTMENT, "A")),
        place(PlaceKind.UNIT, "9903", "X", (PlaceKind.DEPARTMENT, "A")),
    )

    assert api.site_of_unit("aphm", "9903") is not None


def test_two_establishments_may_use_the_same_codes():
    bring(*WHOLE)
    bring(place(PlaceKind.UNIT, "9901", "Une autre"), establishment="arles")

    assert api.site_of_unit("arles", "9901").establishment == "arles"
    assert api.site_of_unit("aphm", "9901").establishment == "aphm"


def test_levels_that_are_not_read_are_named_in_the_report():
    event = told(UNIT, ignored=("CR",))

    assert api.import_structure(event=event, establishment="aphm", at=AT, source="m").ignored == ["CR"]


def structure(code="aphm-nord2", on=date(2026, 3, 2)):
    return api.site_structure(code, on=on)


def test_the_page_of_a_site_goes_down_to_the_beds():
    bring(*WHOLE, place(PlaceKind.BED, "XX", "Lit sans chambre", (PlaceKind.UNIT, "9901")))

    found = structure()

    (unit,) = found.units
    assert (unit.code, unit.department, unit.bed_count) == ("9901", "Cardiologie", 3)
    assert [(room.code, room.beds) for room in unit.rooms] == [("101", ("101A", "101B"))]
    assert unit.beds == ("XX",)
    assert (found.room_count, found.bed_count) == (1, 3)
    assert [one.change_label for one in found.changes] == ["Créé"] * 6


def test_a_bed_closed_is_no_longer_counted_and_is_listed_apart():
    bring(*WHOLE)
    bring(place(PlaceKind.BED, "101B", "Lit B", (PlaceKind.ROOM, "101"), action=PlaceAction.DELETE))

    found = structure()

    assert found.bed_count == 1
    assert [(one.kind_label, one.code) for one in found.closed] == [("Lit", "101B")]
    assert found.changes[0].change_label == "Fermé"


def test_a_room_that_opens_tomorrow_is_not_there_today():
    bring(*WHOLE[:3], place(PlaceKind.ROOM, "101", "Chambre", (PlaceKind.UNIT, "9901"), opened_on=date(2026, 3, 3)))

    assert structure().room_count == 0
    assert structure(on=date(2026, 3, 3)).room_count == 1


def test_a_site_nobody_knows_has_no_page():
    assert structure("nulle-part") is None
