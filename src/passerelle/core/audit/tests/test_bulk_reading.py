"""Who reads records in number is noted: one patient more than the house allows, once in an hour."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from passerelle.core.audit.actions import Action, Actor
from passerelle.core.audit.models import AuditEvent
from passerelle.core.audit.services.recording import record
from passerelle.core.audit.services.watching import note_bulk_readers
from passerelle.core.parameters import api as parameters

NOON = datetime(2031, 3, 1, 12, 0, tzinfo=UTC)  # no other test of the journal leaves events there
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(db):
    parameters.load_parameters(at=NOON)


@pytest.fixture
def limit():
    return parameters.legal("access.persons_read_per_hour", NOON.date()).as_int


def _reads(persons, *, reader=None, minutes_before=5, action=Action.RECORD_READ, outcome="allowed"):
    reader = reader or Actor(uuid4(), "Dr Essai", "clinician", "aphm")
    for number in range(persons):
        person = UUID(int=number + 1)
        moment = NOON - timedelta(minutes=minutes_before)
        record(action, by=reader, at=moment, target=f"person:{person}", person_id=person, outcome=outcome)
    return reader


def test_the_threshold_itself_is_quiet_and_one_more_is_told(limit):
    _reads(limit)
    over = _reads(limit + 1)

    assert note_bulk_readers(at=NOON) == [over.account_id]

    event = AuditEvent.objects.get(action="bulk_read", target=f"account:{over.account_id}")
    assert event.detail == {"persons": limit + 1, "limit": limit, "minutes": 60}


def test_an_account_is_told_of_once_in_an_hour(limit):
    over = _reads(limit + 1, minutes_before=1)

    assert note_bulk_readers(at=NOON) == [over.account_id]
    assert note_bulk_readers(at=NOON + timedelta(minutes=30)) == []


def test_one_patient_read_many_times_is_one_patient(limit):
    reader = Actor(uuid4(), "Dr Essai", "clinician", "aphm")
    for _ in range(limit + 5):
        _reads(1, reader=reader)

    assert note_bulk_readers(at=NOON) == []


@pytest.mark.parametrize(
    "told", [{"minutes_before": 61}, {"outcome": "denied"}, {"action": Action.ACCESS_DENIED}], ids=str
)
def test_what_is_old_or_was_refused_does_not_count(limit, told):
    _reads(limit + 1, **told)

    assert note_bulk_readers(at=NOON) == []
