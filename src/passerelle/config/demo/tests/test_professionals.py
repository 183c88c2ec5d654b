"""Whom the simulated Pro Santé Connect of the demonstration knows."""

from datetime import UTC, datetime

import pytest

from passerelle.config.demo import professionals
from passerelle.core.access import api as access
from passerelle.core.directory import api as directory
from passerelle.core.oauth.services.admission import ways_in
from passerelle.protocols.psc import api as psc

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def holders(settings, monkeypatch):
    settings.DEMO = True
    directory.load_directory(at=AT, demo=True)
    access.ensure_personas(at=AT)
    monkeypatch.setattr(professionals.connection, "close", lambda: None)  # the connection is the test's
    return professionals.demonstration_holders()


def _ways(holder):
    return ways_in(psc.Professional(holder.subject, holder.subject[1:], "", "", holder.practices, ""))


def test_the_doctors_of_the_cast_come_in_where_they_work(holders):
    alice, bob = holders[:2]

    assert (alice.name, bob.name) == ("Alice Garrigue", "Bob Restanque")
    assert "aphm" in [way.establishment for way in _ways(alice)]
    assert "aubagne" in [way.establishment for way in _ways(bob)]


def test_somebody_has_to_choose(holders):
    assert len(_ways(holders[2])) >= 2


def test_nobody_is_known_twice(holders):
    subjects = [holder.subject for holder in holders]

    assert len(subjects) == len(set(subjects))
    assert "899900000001" in subjects
