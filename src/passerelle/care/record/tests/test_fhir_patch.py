"""The `patch` interaction by JSON Patch. https://hl7.org/fhir/R4/http.html#patch; RFC 6902."""

import json
from uuid import UUID, uuid4

import pytest

from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.care.record.tests.writers import a_known_patient, a_result, issues, send, the_issue

pytestmark = pytest.mark.django_db
PATCH_JSON = "application/json-patch+json"
AMEND = [{"op": "replace", "path": "/status", "value": "amended"}]


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def held():
    """Return a result that Alice wrote, its value with two decimals."""
    _, here, _ = a_known_patient()
    text = json.dumps(a_result(here, identifier=[{"system": "urn:x", "value": "1"}])).replace("5.4", "5.40")
    return send(pages.alice(), "POST", "Observation", text).json()


def patch(client, held, operations, **headers):
    return send(client, "PATCH", f"Observation/{held['id']}", operations, kind=PATCH_JSON, **headers)


def test_a_patch_changes_what_it_says_and_nothing_else(held):
    response = patch(pages.alice(), held, AMEND)
    assert (response.status_code, response["ETag"]) == (200, 'W/"2"')
    assert response.json() | {"meta": 0, "status": 0} == held | {"meta": 0, "status": 0}
    assert '"value":5.40' in record.read("Observation", UUID(held["id"])).body


@pytest.mark.parametrize(
    ("operations", "status"),
    [
        ([{"op": "test", "path": "/status", "value": "final"}, *AMEND], 200),
        ([{"op": "test", "path": "/status", "value": "amended"}, *AMEND], 422),
        ([{"op": "remove", "path": "/absent"}], 422),
        ([{"op": "replace", "path": "/status", "value": "fini"}], 422),
        ([{"op": "remove", "path": "/status"}], 422),
        ([{"op": "replace", "path": "/resourceType", "value": "Patient"}], 400),
        ([{"op": "replace", "path": "", "value": []}], 422),
        ({"op": "replace"}, 422),
        ("pas du JSON", 400),
    ],
)
def test_a_patch_applies_whole_or_not_at_all(held, operations, status):
    assert patch(pages.alice(), held, operations).status_code == status
    assert len(record.history("Observation", UUID(held["id"]))) == (2 if status == 200 else 1)


def test_a_patched_resource_is_checked_and_its_element_named(held):
    response = patch(pages.alice(), held, [{"op": "add", "path": "/valeur", "value": 1}])
    assert issues(response)[0]["expression"] == ["Observation.valeur"]


def test_if_match_holds_for_a_patch(held):
    client = pages.alice()
    assert patch(client, held, AMEND, if_match='W/"9"').status_code == 412
    assert patch(client, held, AMEND, if_match='W/"1"').status_code == 200


def test_a_patch_of_what_does_not_exist_or_is_gone(held):
    client = pages.alice()
    assert patch(client, {"id": uuid4()}, AMEND).status_code == 404
    assert patch(pages.bob(), held, AMEND).status_code == 404
    send(client, "DELETE", f"Observation/{held['id']}")
    assert patch(client, held, AMEND).status_code == 410


def test_a_conditional_patch_changes_the_one_it_finds(held):
    client, patient = pages.alice(), held["subject"]["reference"]

    def asked(value):
        return send(client, "PATCH", f"Observation?identifier=urn:x|{value}&patient={patient}", AMEND, kind=PATCH_JSON)

    assert (asked("1").status_code, asked("2").status_code) == (200, 404)


def test_the_subject_does_not_change_by_a_patch(held):
    _, other, _ = a_known_patient()
    response = patch(
        pages.alice(), held, [{"op": "replace", "path": "/subject/reference", "value": f"Patient/{other}"}]
    )
    assert (response.status_code, the_issue(response)[0]) == (422, "business-rule")
