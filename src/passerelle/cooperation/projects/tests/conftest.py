from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from passerelle.cooperation.governance import api as governance
from passerelle.cooperation.projects import api as projects
from passerelle.core.access import api as access
from passerelle.evidence.warehouse import api as warehouse
from passerelle.evidence.warehouse.tests.journeys import AT, load, load_places, month_of_stays, patient, unit_of

TODAY = date(2026, 3, 2)
START = date(2025, 7, 1)
STARTS = {"realite-virtuelle": START}
PROJECT_SITES = ("aphm-timone", "aphm-nord", "aphm-sainte-marguerite")
OTHER_SITES = ("aphm-conception", "arles-principal", "salon-principal", "martigues-principal")


@pytest.fixture
def territory(db: None, settings, tmp_path: Path) -> None:
    settings.PASSERELLE_VAR = tmp_path
    load_places()


def measure(*, before: float, after: float) -> None:
    """Make an extract where surgery lasts `before` then `after` days at the project's sites, 5 days elsewhere."""
    for site in (*PROJECT_SITES, *OTHER_SITES):
        who, unit = patient(site.partition("-")[0]), unit_of(site)
        for month in (date(2025, number, 1) for number in range(1, 13)):
            length = 5.0 if site in OTHER_SITES else before if month < START else after
            load(*month_of_stays(who, unit, month, [length - 1, length, length + 1] * 5))
    warehouse.refresh(at=AT)


@pytest.fixture
def demonstration(territory: None) -> None:
    measure(before=6, after=5)
    governance.load_demo(at=AT, today=TODAY)
    projects.load_demo(at=AT, today=TODAY, starts=STARTS)


@pytest.fixture
def as_persona(client: Client, settings, territory: None):
    settings.DEMO = True
    access.ensure_personas(at=AT)

    def enter(code: str) -> Client:
        client.post(reverse("access:persona", args=[code]))
        return client

    return enter
