"""The link of a reminder: little to whoever holds it, the rest to who knows the birth date."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from passerelle.care.appointments import api as appointments
from passerelle.care.appointments.api import State
from passerelle.care.appointments.models import Instruction, Opening
from passerelle.care.appointments.tests.cast import PARIS
from passerelle.care.reminders import declared
from passerelle.care.reminders.models import Link
from passerelle.care.reminders.rules.declared import read
from passerelle.care.reminders.services.links import keep_links, token_of
from passerelle.care.reminders.tests.cast import books, patient, scene
from passerelle.core.audit import api as audit

pytestmark = pytest.mark.django_db
RIGHT = {"day": "28", "month": "3", "year": "1979"}
WRONG = {"day": "27", "month": "3", "year": "1979"}


def _next_tuesday(hour=9):
    today = timezone.localdate()
    day = today + timedelta(days=(1 - today.weekday()) % 7 + 7)
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS)


@pytest.fixture
def row():
    agenda = scene()
    Opening.objects.update(valid_from="2020-01-01")
    Instruction.objects.create(
        kind=None,
        site="",
        fasting="Ne mangez plus à partir de minuit.",
        come="Tram T1, arrêt Hôpital.",
        phone="0491000000",
    )
    booked = books(agenda, patient(), _next_tuesday(), when=timezone.now())
    keep_links([booked], at=timezone.now())
    return booked


@pytest.fixture
def address(row):
    return f"/rappels/r/{token_of(row.id)}/"


def _open(client, address):
    return client.post(address, RIGHT, follow=True)


def test_date_place_and_way_are_shown_and_nothing_of_the_care(client, address):
    page = client.get(address).content.decode()

    assert "9 h" in page.replace("\u00a0", " ")
    assert "Tram T1" in page
    assert "mangez" not in page
    assert "Consultation" not in page
    assert "ALLÈGRE" not in page


def test_the_birth_date_opens_how_to_prepare(client, address):
    page = _open(client, address)

    assert page.redirect_chain[-1][0] == f"{address}rendez-vous/"
    assert "Ne mangez plus" in page.content.decode()


def test_who_opens_a_link_is_told_to_the_patient_as_any_other_look(client, address, row):
    _open(client, address)

    assert [one.actor_name for one in audit.accesses_to(row.person_id, limit=5)] == ["Réponse à un rappel"]


def test_a_place_that_tells_the_care_is_said_after_the_birth_date_only(client, address, monkeypatch):
    text = (
        "- {code: d, version: 1, label: D, kinds: ['*'], establishments: [aphm], discreet: true,"
        " steps: [{code: j3, days_before: 3, at: '10:00', channels: [sms]}]}"
    )
    monkeypatch.setattr(declared, "rules", lambda: read(text))

    before, after = client.get(address).content.decode(), _open(client, address).content.decode()

    assert "Tram T1" not in before
    assert "04 91" not in before.replace("\u00a0", " ")
    assert "Tram T1" in after


def test_a_wrong_date_opens_nothing_and_five_close_the_link_a_while(client, address):
    for _ in range(5):
        assert "n’est pas celle" in client.post(address, WRONG).content.decode()

    assert "Trop d’essais" in client.post(address, RIGHT).content.decode()
    assert client.get(f"{address}rendez-vous/").status_code == 302
    Link.objects.update(closed_until=timezone.now())
    assert _open(client, address).status_code == 200


def test_a_date_that_does_not_exist_is_told(client, address):
    page = client.post(address, {"day": "31", "month": "2", "year": "1979"}).content.decode()

    assert "Cette date n’existe pas." in page


@pytest.mark.parametrize("page", ["rendez-vous/", "annuler/", "deplacer/"])
def test_no_page_is_opened_without_the_date(client, address, page):
    assert client.get(address + page)["Location"] == address


@pytest.mark.parametrize("page", ["confirmer/", "annuler/", "deplacer/"])
def test_no_act_is_done_without_the_date(client, address, row, page):
    assert client.post(address + page).status_code == 302
    assert appointments.appointment_row(row.id).state is State.BOOKED


def test_a_token_in_small_letters_leads_to_the_same_place(client, address):
    assert client.get(address.lower()).status_code == 200


@pytest.mark.parametrize("token", ["ABCDEFGHJKMN", "x", "../.."])
def test_another_token_leads_nowhere(client, token, row):
    assert client.get(f"/rappels/r/{token}/").status_code == 404


def test_a_link_ends_the_day_after(client, address):
    Link.objects.update(ends_at=timezone.now())

    assert client.get(address).status_code == 404


def test_a_person_confirms(client, address, row):
    _open(client, address)

    page = client.post(f"{address}confirmer/", follow=True).content.decode()

    assert "vous avez confirmé" in page
    assert appointments.appointment_row(row.id).state is State.CONFIRMED


def test_a_person_cancels_after_being_asked_once_more(client, address, row):
    _open(client, address)

    assert "Oui, annuler" in client.get(f"{address}annuler/").content.decode()
    page = client.post(f"{address}annuler/", follow=True).content.decode()

    assert "annulé" in page
    assert appointments.appointment_row(row.id).state is State.CANCELLED


def test_a_person_moves_to_a_moment_offered(client, address, row):
    _open(client, address)
    form = client.get(f"{address}deplacer/").context["form"]
    chosen = form.fields["slot"].choices[-1][0]

    page = client.post(f"{address}deplacer/", {"slot": chosen}, follow=True).content.decode()

    assert "est déplacé" in page
    assert appointments.appointment_row(row.id).starts_at == datetime.fromisoformat(chosen.partition("|")[2])


def test_a_moment_that_was_not_offered_is_refused(client, address, row):
    _open(client, address)

    client.post(f"{address}deplacer/", {"slot": f"{row.agenda_id}|2030-01-01T09:00:00+01:00"})

    assert appointments.appointment_row(row.id).starts_at == row.starts_at


def test_two_appointments_have_two_tokens_without_vowels(row):
    token = token_of(row.id)

    assert len(token) == 12
    assert not set(token) & set("AEIOUY01L")
    assert token != token_of(row.local_identity_id)
