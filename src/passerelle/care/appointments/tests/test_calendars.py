"""The calendar one already has: a feed that parses, in Paris time, without a word of what it is for."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from passerelle.care.appointments import api
from passerelle.care.appointments.rules.openings import PARIS
from passerelle.care.appointments.rules.vocabulary import Via
from passerelle.care.appointments.services.feeds import open_feed
from passerelle.care.appointments.tests.cast import (
    DESK,
    Someone,
    a_kind,
    a_patient,
    an_agenda,
    at,
    books,
    lay_the_ground,
    opens,
)
from passerelle.core.access.api import Role

pytestmark = pytest.mark.django_db
CLINICAL = ("orthop", "garrigue", "oncolog", "consultation", "bâtiment", "zoé", "allègre")


@pytest.fixture
def zoe():
    lay_the_ground()
    a_kind(label="Consultation d’oncologie", public_label="Consultation")
    file, person_id = a_patient()
    someone = Someone("Zoé d’Allègre", Role.PATIENT, person_id=person_id)
    someone.file, someone.person_id = file, person_id
    return someone


@pytest.fixture
def row(zoe):
    agenda = an_agenda("Orthopédie", practitioner="Dr Alice Garrigue", place="Bâtiment d’oncologie")
    for weekday in range(7):
        opens(agenda, weekday)
    return books(agenda, zoe.file, at(timezone.localdate() + timedelta(days=8), 9), when=timezone.now())


def feed_of(zoe, **options):
    actor = zoe.viewer.actor()
    secret = open_feed(person_id=zoe.person_id, by=actor, at=timezone.now(), **{"shows_place": True} | options)
    return reverse("appointments:feed", args=[secret])


def test_the_feed_parses_and_says_when_in_paris_time(zoe, row):
    answer = Client().get(feed_of(zoe))

    calendar = Calendar.from_ical(answer.content)
    (zone,) = calendar.walk("VTIMEZONE")
    (event,) = calendar.walk("VEVENT")
    assert answer["Content-Type"].startswith("text/calendar")
    assert zone["TZID"] == "Europe/Paris"
    assert event["DTSTART"].params["TZID"] == "Europe/Paris"
    assert event["DTSTART"].dt == row.starts_at
    assert event["DTSTART"].dt.astimezone(PARIS).hour == 9
    assert event["SUMMARY"] == "Rendez-vous"


def test_no_word_of_the_feed_tells_a_disease_a_service_or_a_name(zoe, row):
    for address in (feed_of(zoe), feed_of(zoe, shows_place=False)):
        text = Client().get(address).content.decode().replace("\r\n ", "").lower()
        assert [word for word in CLINICAL if word in text] == []
    assert "location" not in text


def test_a_cancelled_appointment_is_told_as_cancelled(zoe, row):
    address = feed_of(zoe)
    api.cancel(appointment_id=row.id, by=DESK, via=Via.DESK, at=timezone.now())

    (event,) = Calendar.from_ical(Client().get(address).content).walk("VEVENT")

    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 2)


def test_a_revoked_or_replaced_address_gives_nothing_more(zoe, row):
    first = feed_of(zoe)
    second = feed_of(zoe)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200

    zoe.client.post(reverse("appointments:feed_revoke"))

    assert Client().get(second).status_code == 404
    assert Client().get(reverse("appointments:feed", args=["inconnue"])).status_code == 404


def test_the_feed_of_a_closed_account_gives_nothing(zoe, row):
    address = feed_of(zoe)
    zoe.account.is_active = False
    zoe.account.save(update_fields=["is_active"])

    assert Client().get(address).status_code == 404


def test_the_address_is_shown_once(zoe, row):
    page = zoe.client.post(reverse("appointments:feed_settings"), {"lieu": "oui"}).content.decode()

    address = next(part for part in page.split('"') if part.startswith("webcal://"))
    path = "/" + address.split("/", 3)[3]
    assert Client().get(path).status_code == 200
    assert path not in zoe.client.get(reverse("appointments:feed_settings")).content.decode()


def test_one_appointment_goes_to_the_calendar(zoe, row):
    answer = zoe.client.get(reverse("appointments:as_calendar", args=[row.id]))

    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["DTSTART"].dt == row.starts_at
    assert "Garrigue" not in answer.content.decode()
