"""What a doctor declares by FHIR is what she declares by the form: same right, same record, same page."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from passerelle.care.liaison.tests import cast
from passerelle.care.record import api as record
from passerelle.care.record.tests import pages

pytestmark = pytest.mark.django_db
FHIR = "application/fhir+json"


@pytest.fixture(autouse=True)
def ground(db):
    cast.lay_the_ground()


def an_allergy(local_identity_id):
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}
            ]
        },
        "code": {"text": "Arachide"},
        "patient": {"reference": f"Patient/{local_identity_id}"},
    }


def posted(doctor, resource):
    address = f"/fhir/{resource['resourceType']}"
    return doctor.client.post(address, json.dumps(resource), content_type=FHIR, headers={"Accept": FHIR})


def test_an_allergy_told_by_fhir_is_on_the_page_of_the_patient():
    colette = cast.colette()
    person_id, local = cast.a_patient("aphm")
    cast.chooses(person_id, colette)

    answer = posted(colette, an_allergy(local))

    assert answer.status_code == 201, answer.content
    known = record.allergies(colette.viewer, person_id, at=timezone.now())
    assert [fact.title for fact in known.current] == ["Arachide"]
    assert "Arachide" in colette.client.get(reverse("ville:patient", args=[person_id])).content.decode()


def test_nothing_is_told_by_fhir_of_a_patient_who_did_not_choose_this_doctor():
    colette = cast.colette()
    stranger, local = cast.a_patient("aphm")

    answer = posted(colette, an_allergy(local))

    assert answer.status_code in {403, 404, 422}, answer.content
    treating = cast.alice()
    pages.a_stay(local)
    assert record.allergies(treating.viewer, stranger, at=timezone.now()).is_unknown
