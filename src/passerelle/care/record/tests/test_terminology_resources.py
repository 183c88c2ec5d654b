"""The nomenclatures of the house, read and searched as FHIR. https://hl7.org/fhir/R4/terminology-service.html."""

import pytest
from django.utils import timezone

from passerelle.care.record.services.terminology import publish_terminology
from passerelle.care.record.tests import pages
from passerelle.core.terminology import api as terminology

pytestmark = pytest.mark.django_db
LOINC = "http://loinc.org"


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()
    publish_terminology(at=timezone.now())


def found(client, path, **params):
    response = client.get(f"/fhir/{path}", params)
    assert response.status_code == 200, response.content
    return [entry["resource"] for entry in response.json().get("entry", [])]


def test_each_is_read_under_the_id_that_operations_know():
    client = pages.charlie()
    id_ = terminology.resource_id("CodeSystem", LOINC)
    body = client.get(f"/fhir/CodeSystem/{id_}").json()
    assert (body["url"], body["content"], body["meta"]["versionId"]) == (LOINC, "fragment", "1")
    assert client.get(f"/fhir/CodeSystem/{id_}/$validate-code", {"code": "718-7"}).status_code == 200


def test_each_is_found_by_its_address_and_its_name():
    client = pages.alice()
    assert [one["url"] for one in found(client, "CodeSystem", url=LOINC)] == [LOINC]
    assert [one["name"] for one in found(client, "ValueSet", name="DocumentTypes")] == ["DocumentTypes"]
    assert len(found(client, "ConceptMap", status="active")) == 5


def test_published_again_nothing_is_a_new_version():
    assert publish_terminology(at=timezone.now()) == 0
