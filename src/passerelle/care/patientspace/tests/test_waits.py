"""The page of delays: the cell sets them, nobody else; zero ends one; the change leaves its event."""

import pytest
from django.urls import reverse

from passerelle.care.patientspace.models import ReleaseRule
from passerelle.care.record.tests import pages
from passerelle.core.access.api import Role
from passerelle.core.audit.models import AuditEvent

PAGE = "/mon-espace/delais/"


@pytest.fixture
def cell(db):
    pages.lay_the_ground()
    return pages.client_of("Cellule", Role.CELL)


def told(**changes):
    return {"establishment": "aphm", "kind": "60568-3", "days": "5"} | changes


def test_a_delay_is_set_shown_and_ended(cell):
    assert reverse("patientspace:waits") == PAGE
    assert "Aucun délai" in cell.get(PAGE).content.decode()

    cell.post(PAGE, told())
    assert "5 jours au plus" in cell.get(PAGE).content.decode()
    assert AuditEvent.objects.filter(target="wait:aphm/60568-3", outcome="allowed").count() == 1

    cell.post(PAGE, told(days="0"))
    assert not ReleaseRule.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"days": "31"}, {"days": "-1"}, {"days": ""}, {"kind": "x"}, {"establishment": "x"}]
)
def test_a_senseless_delay_changes_nothing(cell, changes):
    assert cell.post(PAGE, told(**changes)).status_code == 200
    assert not ReleaseRule.objects.exists()


def test_who_gives_care_or_receives_it_does_not_set_delays(cell):
    person, _ = pages.a_person("aphm")

    for other in (pages.alice(), pages.the_patient(person)):
        assert other.post(PAGE, told()).status_code == 404
    assert not ReleaseRule.objects.exists()
