"""`Patient/$match`. https://hl7.org/fhir/R4/patient-operation-match.html."""

from datetime import date

import pytest
from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.matching import api as matching
from passerelle.care.matching.services.storing import store_profile
from passerelle.care.record import api as record
from passerelle.care.record.rules.patients import patient_of
from passerelle.care.record.tests import pages
from passerelle.core.access.api import Role
from passerelle.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
ASKED = {
    "resourceType": "Patient",
    "name": [{"use": "official", "family": "Quintrand", "given": ["Hippolyte", "Amédée"]}],
    "gender": "male",
    "birthDate": "1951-11-07",
}


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


def a_file(*establishments, birth_name="QUINTRAND", given=("Hippolyte", "Amédée"), born=date(1951, 11, 7)):
    person_id, _ = pages.a_person(*establishments, birth_name=birth_name, given=given, born=born)
    for one in identity.local_identities(person_id):
        resource = patient_of(identity.local_traits(one.id), place={"display": one.establishment})
        record.put(resource, local_identity_id=one.id, at=timezone.now(), source="essai")
        store_profile(matching.told_profile(one.id))
    return person_id


def an_officer():
    return pages.client_of("Inès", Role.IDENTITY_OFFICER, establishment="aphm")


def a_clerk(establishment="aphm"):
    return pages.client_of("Karim", Role.ADMISSION_CLERK, establishment=establishment)


def ask(client, resource=ASKED, **parameters):
    told = [{"name": "resource", "resource": resource}]
    told += [
        {"name": name, f"value{'Boolean' if value is True else 'Integer'}": value} for name, value in parameters.items()
    ]
    body = {"resourceType": "Parameters", "parameter": told}
    return client.post("/fhir/Patient/$match", body, content_type="application/fhir+json")


def entries(response):
    assert response.status_code == 200, response.content
    assert response.json()["type"] == "searchset"
    return response.json().get("entry", [])


def test_the_likeliest_comes_first_with_its_score_and_its_grade():
    a_file("aphm", given=("Hippolyte",), born=date(1951, 7, 11))
    same = a_file("aphm")
    found = entries(ask(an_officer()))
    assert found[0]["resource"]["id"] == str(pages.local_of(same))
    scores = [one["search"]["score"] for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= one <= 1 for one in scores)
    assert {one["search"]["extension"][0]["url"] for one in found} == {GRADE}
    assert found[0]["search"]["mode"] == "match"


def test_somebody_else_is_not_a_match():
    a_file("aphm", birth_name="VASSEUR", given=("Lison",), born=date(1990, 1, 2))
    bundle = ask(an_officer()).json()
    assert (bundle["total"], "entry" in bundle) == (0, False)


def test_only_certain_matches_keeps_what_the_house_would_join_by_itself():
    a_file("aphm")
    every = entries(ask(an_officer()))
    certain = entries(ask(an_officer(), onlyCertainMatches=True))
    graded = [one for one in every if one["search"]["extension"][0]["valueCode"] == "certain"]
    assert [one["resource"]["id"] for one in certain] == [one["resource"]["id"] for one in graded]


def test_count_bounds_the_answer():
    for _ in range(3):
        a_file("aphm")
    assert len(entries(ask(an_officer(), count=2))) == 2


def test_a_patient_posted_by_itself_is_asked_about():
    a_file("aphm")
    alone = an_officer().post("/fhir/Patient/$match", ASKED, content_type="application/fhir+json")
    assert entries(alone) == entries(ask(an_officer()))


def test_a_clerk_finds_the_files_of_their_establishment_and_the_others_weigh_nothing():
    a_file("aphm")
    before = ask(a_clerk()).content
    assert len(entries(ask(a_clerk()))) == 1
    a_file("arles")
    assert ask(a_clerk()).content == before
    assert len(entries(ask(an_officer()))) == 2


@pytest.mark.parametrize("who", [pages.alice, pages.charlie])
def test_who_does_not_keep_identities_may_not_ask(who):
    a_file("aphm")
    response = ask(who())
    assert response.status_code == 404
    assert AuditEvent.objects.filter(target="fhir:Patient/$match", outcome="denied").exists()


@pytest.mark.parametrize(
    ("resource", "status", "where"),
    [
        ({"resourceType": "Practitioner"}, 400, "resource"),
        ({"resourceType": "Patient"}, 422, "Patient.name"),
        ({"resourceType": "Patient", "name": "x", "birthDate": 7, "identifier": [1]}, 422, "Patient.name"),
        ({"resourceType": "Patient", "name": [{"family": "Quintrand"}], "birthDate": "1951-13"}, 422, "Patient.name"),
    ],
)
def test_what_names_nobody_is_refused(resource, status, where):
    response = ask(an_officer(), resource)
    assert (response.status_code, response.json()["issue"][0]["expression"]) == (status, [where])


def test_a_get_is_refused_for_a_resource_is_needed():
    assert an_officer().get("/fhir/Patient/$match").status_code == 405
