"""The `delete` interaction. https://hl7.org/fhir/R4/http.html#delete, https://hl7.org/fhir/R4/http.html#3.1.0.7.1."""

from uuid import UUID, uuid4

import pytest

from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.care.record.tests.writers import a_known_patient, a_result, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def held():
    _, here, _ = a_known_patient()
    body = a_result(here, identifier=[{"system": "urn:x", "value": "1"}])
    return send(pages.alice(), "POST", "Observation", body).json()


def test_a_deleted_resource_is_gone_and_found_no_more(held):
    client = pages.alice()
    response = send(client, "DELETE", f"Observation/{held['id']}")
    assert (response.status_code, response["ETag"], response.content) == (204, 'W/"2"', b"")
    assert client.get(f"/fhir/Observation/{held['id']}").status_code == 410
    assert client.get(f"/fhir/Observation?patient={held['subject']['reference']}").json().get("entry", []) == []
    assert [one.deleted for one in record.history("Observation", UUID(held["id"]))] == [True, False]


def test_deleting_twice_and_deleting_nothing_are_no_fault(held):
    client = pages.alice()
    answers = [send(client, "DELETE", f"Observation/{one}") for one in (held["id"], held["id"], uuid4())]
    assert [one.status_code for one in answers] == [204, 204, 204]
    assert len(record.history("Observation", UUID(held["id"]))) == 2


def test_an_outcome_is_given_to_who_prefers_one(held):
    response = send(pages.alice(), "DELETE", f"Observation/{held['id']}", prefer="return=OperationOutcome")
    assert (response.status_code, response.json()["resourceType"]) == (200, "OperationOutcome")


def test_if_match_holds_for_a_deletion(held):
    client = pages.alice()
    assert send(client, "DELETE", f"Observation/{held['id']}", if_match='W/"5"').status_code == 412
    assert send(client, "DELETE", f"Observation/{held['id']}", if_match='W/"1"').status_code == 204


def test_a_conditional_deletion_deletes_one(held):
    client, patient = pages.alice(), held["subject"]["reference"]

    def asked(value):
        return send(client, "DELETE", f"Observation?identifier=urn:x|{value}&patient={patient}").status_code

    assert (asked("2"), asked("1"), asked("1")) == (204, 204, 204)
    assert record.read("Observation", UUID(held["id"])).deleted
    body = {name: part for name, part in held.items() if name not in {"id", "meta"}}
    for _ in range(2):
        send(client, "POST", "Observation", body)
    assert asked("1") == 412
    assert send(client, "DELETE", "Observation").status_code == 412


def test_an_identity_is_not_deleted(held):
    response = send(pages.alice(), "DELETE", held["subject"]["reference"])
    assert response.status_code in {204, 404, 422}
    patient = UUID(held["subject"]["reference"].removeprefix("Patient/"))
    assert record.read("Patient", patient) is None or not record.read("Patient", patient).deleted


def test_who_may_not_know_of_it_deletes_nothing_and_learns_nothing(held):
    bob = pages.bob()
    hidden, absent = (send(bob, "DELETE", f"Observation/{one}") for one in (held["id"], uuid4()))
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content) == (204, b"")
    assert "ETag" not in hidden
    assert not record.read("Observation", UUID(held["id"])).deleted
