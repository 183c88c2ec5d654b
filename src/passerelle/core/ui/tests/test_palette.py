from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from passerelle.core.ui import navigation, palette
from passerelle.core.ui.api import (
    Finder,
    Found,
    ListSearch,
    NavEntry,
    Space,
    french,
    register_finder,
    register_list_search,
    register_navigation,
)
from passerelle.core.ui.palette import places_for
from passerelle.core.ui.tests.test_navigation import Someone

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
NURSE = Someone(["clinician"], {("patient", "search")})
PILOT = Someone(["pilot"], {("project", "read")})


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(navigation, "_entries", {space: {} for space in Space})
    monkeypatch.setattr(palette, "_finders", {})
    monkeypatch.setattr(palette, "_searches", {})
    entries = [
        ("soins", "Séjours à relire", "ui:home", "patient", "search"),
        ("pilotage", "Projets", "ui:theme", "project", "read"),
    ]
    for space, label, url_name, kind, action in entries:
        register_navigation(space, NavEntry(label=label, url_name=url_name, kind=kind, action=action))
    register_list_search(
        ListSearch(
            label="Chercher le patient", url_name="ui:living_page", field="text", kind="patient", action="search"
        )
    )
    register_finder(Finder(title="Projets", find=_projects, kind="project", action="read"))


def _projects(_viewer, text, _at):
    return [Found(label=f"{text} {number}", url="/projets/") for number in range(20)]


def _titles(viewer, text) -> dict[str, list[str]]:
    return {group.title: [one.label for one in group.found] for group in places_for(viewer, text, at=AT)}


def test_a_page_is_found_without_its_accents(known):
    assert _titles(NURSE, "sejour")["Pages"] == ["Séjours à relire"]


def test_every_page_one_may_open_is_listed_when_nothing_is_typed_and_no_other(known):
    assert _titles(NURSE, "") == {"Pages": ["Séjours à relire"]}
    assert _titles(PILOT, "") == {"Pages": ["Projets"]}


def test_only_what_the_viewer_may_see_is_asked_for(known):
    assert "Projets" not in _titles(NURSE, "laser")
    assert "Chercher" not in _titles(PILOT, "laser")
    assert _titles(NURSE, "laser") == {"Chercher": ["Chercher le patient «\u00a0laser\u00a0»"]}


def test_a_list_of_objects_is_cut_short(known):
    assert len(_titles(PILOT, "laser")["Projets"]) == 8


def test_what_is_compared_has_neither_accent_nor_capital():
    assert french.folded("L’Été À ARLES") == "l ete a arles"
