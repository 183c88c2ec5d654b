"""Applications on the FHIR interface, with real patients: what a token opens, and on whom it may be launched."""

from uuid import UUID

import pytest
from django.utils import timezone

from passerelle.care.record.selectors.launching import RecordPatients
from passerelle.care.record.tests import pages
from passerelle.core.oauth.memory import forget_tokens
from passerelle.core.oauth.tests import smart_cast as smart
from passerelle.core.oauth.tests.cast import browser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    forget_tokens()


def asked(token, address):
    return browser().get(f"/fhir/{address}", headers={"authorization": f"Bearer {token}"})


def test_a_patient_lets_an_application_read_their_record_and_no_other():
    pages.lay_the_ground()
    app, _ = smart.application()
    own_person, own = pages.a_person("aphm")
    _, other = pages.a_person("aphm")
    nadine = smart.signed_in(person_id=own_person)

    given = smart.tokens(nadine, app)

    assert given["patient"] == str(RecordPatients().own(own_person).patient_id)
    assert asked(given["access_token"], f"Encounter?patient={own}").status_code in {403, 404}  # not in its scopes
    assert asked(given["access_token"], f"Observation?patient={own}").status_code == 200
    seen = asked(given["access_token"], f"Observation?patient={other}")
    assert seen.status_code in {403, 404} or seen.json().get("total", 0) == 0


def test_a_clinician_is_offered_the_patients_they_may_open_only():
    pages.lay_the_ground()
    _, treated = pages.a_person("aphm")
    pages.a_stay(treated)
    _, stranger = pages.a_person("arles")
    viewer = pages.alice().get("/soins/").wsgi_request.viewer

    patients, now = RecordPatients(), timezone.now()

    assert patients.chosen(viewer, treated, at=now).label.endswith(", 28/03/1979")
    assert patients.chosen(viewer, stranger, at=now) is None
    assert patients.chosen(viewer, UUID(int=5), at=now) is None
    assert patients.own(UUID(int=5)) is None
