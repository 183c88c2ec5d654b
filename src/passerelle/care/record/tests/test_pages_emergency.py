"""Opening a record in an emergency: only with a reason, for a while, and the patient sees it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.consent import api as consent
from passerelle.care.record.tests import pages
from passerelle.core.access import api as access
from passerelle.core.access.api import Role
from passerelle.core.audit import api as audit

pytestmark = pytest.mark.django_db
REASON = "Inconsciente aux urgences, allergies à connaître"


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def known():
    person_id, here = pages.a_person("aphm")
    pages.a_stay(here)
    return person_id


def emergency(person_id):
    return reverse("record:emergency", args=[person_id])


def opened_by(client, person_id):
    return client.post(emergency(person_id), {"code": "vital", "reason": REASON, "confirmed": "on"}, follow=True)


def test_a_clinician_of_another_hospital_is_asked_for_a_reason(known):
    response = pages.bob().get(reverse("record:timeline", args=[known]))

    assert response.status_code == 302
    assert response["Location"] == emergency(known)


def test_the_page_says_that_the_patient_will_see_it(known):
    shown = pages.bob().get(emergency(known)).content.decode()

    assert "Le patient verra votre nom" in shown
    assert "4 heures" in shown


@pytest.mark.parametrize(("reason", "confirmed"), [("", "on"), (REASON, ""), ("x", "on")])
def test_without_a_reason_nothing_opens(known, reason, confirmed):
    bob = pages.bob()
    response = bob.post(emergency(known), {"code": "vital", "reason": reason, "confirmed": confirmed})

    assert response.status_code == 200
    assert "À corriger avant de continuer" in response.content.decode()
    assert bob.get(reverse("record:timeline", args=[known])).status_code == 302


def test_with_a_reason_the_record_opens_and_the_patient_reads_it(known):
    bob = pages.bob()
    response = bob.post(emergency(known), {"code": "vital", "reason": REASON, "confirmed": "on"}, follow=True)
    shown = response.content.decode()

    assert response.redirect_chain[0][0] == reverse("record:timeline", args=[known])
    assert "Accès d’urgence, avec le motif" in shown
    reasons = [row.reason for row in audit.accesses_to(known, limit=20)]
    assert REASON in reasons


def test_whoever_treats_the_patient_needs_no_emergency(known):
    response = pages.alice().get(emergency(known))

    assert response["Location"] == reverse("record:timeline", args=[known])


def test_whoever_has_no_right_cannot_open_one(known):
    charlie = pages.charlie()

    assert charlie.get(emergency(known)).status_code == 404
    assert charlie.post(emergency(known), {"code": "vital", "reason": REASON, "confirmed": "on"}).status_code == 404


def test_asking_opens_nothing(known):
    before = timezone.now()
    pages.bob().get(emergency(known))

    assert [row for row in audit.accesses_to(known, limit=20) if row.at >= before] == []


def test_every_emergency_access_leaves_its_five_artefacts(known):
    """The trace, the banner, the notice to the patient, the task of the officer, the end: on each, none missing."""
    for _ in range(3):
        person_id, here = pages.a_person("aphm")
        pages.a_stay(here)
        bob, zoe = pages.bob(), pages.the_patient(person_id)
        opened_by(bob, person_id)
        (door,) = access.emergencies(person_id=person_id)

        assert "Accès d’urgence ouvert" in [row.action_label for row in audit.accesses_to(person_id, limit=20)]
        assert "Terminer l’accès d’urgence" in bob.get(reverse("record:patients")).content.decode()
        notice = zoe.get(reverse("patientspace:home")).content.decode()
        assert "Votre dossier a été ouvert en urgence" in notice
        assert REASON in notice
        for role, place in ((Role.DPO, None), (Role.DIRECTOR, "salon")):
            reviewer = pages.client_of("Mona", role, establishment=place)
            assert str(door.id) in reviewer.get(reverse("consent:emergencies")).content.decode()
        assert timedelta(0) < door.closes_at - door.at <= timedelta(hours=4)


def test_the_door_is_closed_by_its_button(known):
    bob = pages.bob()
    opened_by(bob, known)
    (door,) = access.emergencies(person_id=known)

    assert pages.alice().post(reverse("consent:end_emergency", args=[door.id])).status_code == 404
    page = bob.post(reverse("consent:end_emergency", args=[door.id]), follow=True).content.decode()

    assert "Le dossier est refermé" in page
    assert "Terminer l’accès d’urgence" not in page
    assert bob.get(reverse("record:timeline", args=[known])).status_code == 302


def test_the_patient_who_refused_emergencies_is_not_opened(known):
    zoe = consent.Voice(access.ANONYMOUS.actor())
    consent.oppose(person_id=known, scope=consent.Scope.EMERGENCY, by=zoe, at=timezone.now())
    bob = pages.bob()

    page = opened_by(bob, known).content.decode()

    assert "s’est opposé à l’accès d’urgence" in page
    assert access.emergencies(person_id=known) == []
    assert bob.get(reverse("record:timeline", args=[known])).status_code == 302
