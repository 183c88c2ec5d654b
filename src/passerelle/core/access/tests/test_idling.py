"""The session of a patient closes after thirty minutes without a gesture, and leaves nothing in the browser."""

import time
from uuid import uuid4

import pytest
from django.urls import reverse

from passerelle.core.access.api import Role
from passerelle.core.access.tests.cast import account, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/compte/moyens/"


@pytest.fixture
def patient(client):
    holder = account("zoe", Role.PATIENT)
    type(holder).objects.filter(pk=holder.pk).update(person_id=uuid4())
    sign_in(client, holder)
    return client


def idle(client, seconds):
    client.get(PAGE)
    session = client.session
    session["passerelle_seen"] = time.time() - seconds
    session.save()


@pytest.mark.parametrize(("seconds", "status"), [(1_790, 200), (1_810, 302)])
def test_a_patient_who_is_away_too_long_is_signed_out(patient, seconds, status):
    idle(patient, seconds)

    assert patient.get(PAGE).status_code == status


def test_each_gesture_starts_the_time_again(patient):
    idle(patient, 1_000)
    patient.get(PAGE)

    assert time.time() - patient.session["passerelle_seen"] < 60


def test_the_page_says_how_long_remains_and_that_it_will_be_told(patient):
    page = patient.get(PAGE).content.decode()

    assert 'data-session-seconds="1800"' in page
    assert "Êtes-vous toujours là" in page


def test_who_was_signed_out_is_told_why(patient):
    idle(patient, 1_810)

    assert "trente minutes sans geste" in patient.get(PAGE, follow=True).content.decode()


def test_professionals_keep_their_own_rule(client):
    sign_in(client, account("alice", Role.DPO))
    page = client.get(PAGE).content.decode()

    assert "data-session-seconds" not in page
    assert "passerelle_seen" not in client.session


def test_signing_out_empties_the_browser(patient):
    answer = patient.post(reverse("account_logout"))

    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert "no-store" in answer["Cache-Control"]
    assert "_auth_user_id" not in patient.session


def test_every_page_of_a_session_forbids_keeping_it(patient):
    assert "no-store" in patient.get(PAGE)["Cache-Control"]
