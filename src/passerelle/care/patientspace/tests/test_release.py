"""A result first told by a professional: neither listed nor counted before, shown when it is told or in time."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from passerelle.care.patientspace.rules.release import Held, is_shown
from passerelle.care.patientspace.services.release import set_wait
from passerelle.care.record import api as record
from passerelle.care.record.api import RESULT
from passerelle.care.record.tests import pages

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PIECE = Held(uuid4(), "aphm", RESULT, NOON)


@given(st.integers(1, 30), st.integers(0, 60 * 24 * 40))
def test_a_piece_waits_its_days_and_not_a_minute_more(days, minutes):
    at = NOON + timedelta(minutes=minutes)

    assert is_shown(PIECE, {("aphm", RESULT): days}, announced=(), at=at) == (minutes >= days * 1_440)
    assert is_shown(PIECE, {("aphm", RESULT): days}, announced={PIECE.id}, at=at)
    assert is_shown(PIECE, {("salon", RESULT): days}, announced=(), at=at)


@pytest.fixture
def zoe(db):
    pages.lay_the_ground()
    person_id, local = pages.a_person("aphm")
    stay = pages.a_stay(local, days=3, documents=1, results=1)
    return person_id, stay, pages.the_patient(person_id)


def shown(client, name, *args):
    return client.get(reverse(f"patientspace:{name}", args=args))


def the_document(person_id):
    viewer = pages.alice().get(reverse("record:patients")).wsgi_request.viewer
    return record.documents(viewer, person_id, at=timezone.now())[0]


def test_before_its_time_it_is_neither_listed_nor_counted_nor_opened(zoe):
    person_id, stay, patient = zoe
    document = the_document(person_id)
    set_wait(establishment="aphm", kind=document.type_code, label="Lettre", days=20)
    set_wait(establishment="aphm", kind=RESULT, label="Résultats", days=20)

    home = shown(patient, "home").content.decode()
    assert document.title not in home
    assert "depuis 30 jours" not in home
    assert document.title not in shown(patient, "documents").content.decode()
    page = shown(patient, "stay", stay).content.decode()
    assert document.title not in page
    assert "mmol/L" not in page
    assert shown(patient, "document", document.id).status_code == 404


def test_once_told_by_its_team_it_is_there(zoe):
    person_id, _, patient = zoe
    document = the_document(person_id)
    set_wait(establishment="aphm", kind=document.type_code, label="Lettre", days=20)
    alice, page = pages.alice(), reverse("patientspace:summarise", args=[document.id])
    assert "ne le voit pas encore" in alice.get(page).content.decode()

    alice.post(page, {"announce": "1"})

    assert shown(patient, "document", document.id).status_code == 200
    assert document.title in shown(patient, "home").content.decode()
    assert "ne le voit pas encore" not in alice.get(page).content.decode()


def test_without_a_rule_everything_is_shown_at_once(zoe):
    person_id, _, patient = zoe

    assert the_document(person_id).title in shown(patient, "home").content.decode()
