from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from django.test import RequestFactory
from django.urls import reverse

from passerelle.core.ui import navigation
from passerelle.core.ui.api import Awaiting, NavEntry, Space, register_navigation
from passerelle.core.ui.context_processors import home_of, shell, theme_of, viewer_of
from passerelle.core.ui.navigation import links, space_of_page, spaces_of, tiles


@dataclass
class Someone:
    """Whoever the shell is drawn for."""

    roles: list[str]
    rights: set[tuple[str, str]] = field(default_factory=set)
    name: str = "Alice Fictive"
    account_id: None = None
    person_id: None = None

    def may(self, kind, act, /):
        return (kind, act) in self.rights


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(navigation, "_entries", {space: {} for space in Space})
    register_navigation(
        "soins", NavEntry(label="Patients", url_name="ui:home", kind="patient", action="search", order=2)
    )
    register_navigation(
        "soins", NavEntry(label="Messages", url_name="ui:living_page", kind="message", action="read", order=1)
    )
    register_navigation(
        "pilotage", NavEntry(label="Projets", url_name="ui:accessibility", kind="project", action="read")
    )
    register_navigation("patient", NavEntry(label="Mes séjours", url_name="ui:theme"))


AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ALICE = Someone(["clinician"], {("patient", "search")})
BOB = Someone(["committee_member", "clinician"], {("patient", "search"), ("project", "read")})
CHARLIE = Someone(["patient"])


def test_an_entry_is_shown_to_whoever_may_use_it():
    assert [link.label for link in links(Space.CARE, ALICE, "")] == ["Patients"]


def test_entries_come_in_their_order():
    everything = Someone(["integrator"], {("patient", "search"), ("message", "read")})

    assert [link.label for link in links(Space.CARE, everything, "")] == ["Messages", "Patients"]


def test_a_tile_says_what_awaits_this_viewer():
    def votes(viewer, at):
        return [Awaiting(sentence=f"Un vote attend {viewer.name} depuis {at.year}", url="/vote/", action="Voter")]

    register_navigation("pilotage", NavEntry(label="Votes", url_name="ui:home", awaits=votes))

    told = {tile.link.label: [each.sentence for each in tile.awaiting] for tile in tiles(Space.STEERING, BOB, at=AT)}
    assert told == {"Projets": [], "Votes": ["Un vote attend Alice Fictive depuis 2026"]}


def test_an_entry_whose_page_does_not_exist_is_left_out():
    register_navigation("soins", NavEntry(label="Lits", url_name="beds:board"))

    assert [link.label for link in links(Space.CARE, ALICE, "")] == ["Patients"]


def test_the_entry_of_this_page_says_so():
    everything = Someone(["integrator"], {("patient", "search"), ("message", "read")})

    shown = links(Space.CARE, everything, "ui:living_page")

    assert [(link.label, link.is_current) for link in shown] == [("Messages", True), ("Patients", False)]


def test_one_of_a_list_lights_its_list_and_not_the_first_of_the_package():
    register_navigation("soins", NavEntry(label="Patients", url_name="ui:soins", order=1))
    register_navigation("soins", NavEntry(label="Composants", url_name="ui:sheets", order=2))
    register_navigation("soins", NavEntry(label="Feuille", url_name="ui:living_page", order=3))
    everything = Someone(["integrator"], {("patient", "search"), ("message", "read")})

    lit = [link.label for link in links(Space.CARE, everything, "ui:sheet") if link.is_current]

    assert "Patients" not in lit


def test_a_page_lights_the_nearest_entry_above_its_address():
    register_navigation("soins", NavEntry(label="Entrée", url_name="ui:home", order=1))
    register_navigation("soins", NavEntry(label="Feuille", url_name="ui:living_page", order=3))
    everything = Someone(["integrator"], {("patient", "search"), ("message", "read")})

    shown = links(Space.CARE, everything, "ui:detail", f"{reverse('ui:living_page')}detail/")

    assert [link.label for link in shown if link.is_current] == ["Feuille"]


def test_a_page_below_an_entry_lights_the_entry_of_its_package():
    assert [link.is_current for link in links(Space.STEERING, BOB, "ui:something")] == [True]


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        (ALICE, [Space.CARE]),
        (BOB, [Space.STEERING, Space.CARE]),
        (CHARLIE, [Space.PATIENT]),
        (Someone(["patient", "clinician"], {("patient", "search")}), [Space.PATIENT, Space.CARE]),
        (Someone(["director"]), [Space.STEERING]),
        (Someone(["someone_new"]), [Space.CARE]),
        (Someone([]), []),
    ],
)
def test_spaces_are_those_of_the_roles_that_hold_something(viewer, expected):
    assert spaces_of(viewer) == expected


def test_a_door_open_to_everybody_does_not_make_a_space():
    register_navigation("pilotage", NavEntry(label="Annuaire", url_name="ui:living_page"))

    assert spaces_of(ALICE) == [Space.CARE]


def test_a_page_belongs_to_the_space_that_registers_it():
    assert space_of_page("ui:accessibility", [Space.CARE, Space.STEERING]) is Space.STEERING
    assert space_of_page("ui:other", [Space.STEERING, Space.CARE]) is Space.STEERING
    assert space_of_page("beds:board", [Space.CARE]) is Space.CARE
    assert space_of_page("beds:board", []) is Space.ENTRY


def test_a_view_may_say_its_space():
    request = RequestFactory().get("/")
    request.resolver_match = None
    request.space = "pilotage"
    request.viewer = BOB

    assert shell(request)["space"] is Space.STEERING
    assert shell(request)["is_dense"] is True


def test_the_space_of_a_patient_opens_on_its_first_page():
    assert home_of(Space.PATIENT) == "/apparence/"
    assert home_of(Space.CARE) == "/soins/"


def test_a_space_without_page_opens_on_the_entry(monkeypatch):
    monkeypatch.setattr(navigation, "_entries", {space: {} for space in Space})

    assert home_of(Space.PATIENT) == "/"


def test_a_visitor_has_no_viewer():
    request = RequestFactory().get("/")

    assert viewer_of(request) is None


@pytest.mark.parametrize(("cookie", "expected"), [("dark", "dark"), ("light", "light"), ("'><script>", "auto")])
def test_an_unknown_appearance_is_the_automatic_one(cookie, expected):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie

    assert theme_of(request) == expected
