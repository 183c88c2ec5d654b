"""The `update` interaction. https://hl7.org/fhir/R4/http.html#update, #upsert, #concurrency, #cond-update."""

from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.care.record.tests.writers import a_known_patient, a_result, an_allergy, issues, send, the_issue
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def known():
    return a_known_patient("aphm", "arles")


@pytest.fixture
def held(known):
    """Return a result that Alice wrote."""
    return send(pages.alice(), "POST", "Observation", a_result(known[1])).json()


def test_an_update_is_a_new_version_and_keeps_the_former(held):
    client = pages.alice()
    response = send(client, "PUT", f"Observation/{held['id']}", held | {"status": "amended"})
    assert (response.status_code, response["ETag"]) == (200, 'W/"2"')
    assert response.json()["status"] == "amended"
    assert [one.version for one in record.history("Observation", UUID(held["id"]))] == [2, 1]
    assert "Location" not in response


def test_the_same_content_again_is_not_a_version(held):
    response = send(pages.alice(), "PUT", f"Observation/{held['id']}", held)
    assert (response.status_code, response["ETag"]) == (200, 'W/"1"')
    assert len(record.history("Observation", UUID(held["id"]))) == 1


def test_an_update_with_an_unknown_id_makes_the_resource(known):
    id_ = str(uuid4())
    client = pages.alice()
    response = send(client, "PUT", f"Observation/{id_}", a_result(known[1], id=id_))
    assert (response.status_code, response.json()["id"]) == (201, id_)
    assert response["Location"].endswith(f"/Observation/{id_}/_history/1")
    assert client.get(f"/fhir/Observation/{id_}").status_code == 200


@pytest.mark.parametrize(
    ("match", "status"), [('W/"1"', 200), ('"1"', 200), ('W/"2"', 412), ("x", 412), ('W/"0"', 412), ("*", 412)]
)
def test_if_match_keeps_from_writing_over_what_was_not_read(held, match, status):
    body = held | {"status": "amended"}
    assert send(pages.alice(), "PUT", f"Observation/{held['id']}", body, if_match=match).status_code == status


def test_if_match_on_what_does_not_exist_fails(known):
    id_ = str(uuid4())
    body = a_result(known[1], id=id_)
    assert send(pages.alice(), "PUT", f"Observation/{id_}", body, if_match='W/"1"').status_code == 412


def test_a_reader_who_has_the_version_is_told_so_by_its_tag_or_its_date(held):
    client, address = pages.alice(), f"/fhir/Observation/{held['id']}"
    modified = client.get(address)["Last-Modified"]
    cases = [
        ({"if_none_match": 'W/"1"'}, 304),
        ({"if_none_match": 'W/"7", W/"1"'}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": 'W/"11"', "if_modified_since": modified}, 200),
        ({"if_modified_since": modified}, 304),
        ({"if_modified_since": "Thu, 01 Jan 2015 00:00:00 GMT"}, 200),
        ({"if_modified_since": "hier"}, 200),
    ]
    for headers, status in cases:
        response = client.get(address, headers=headers)
        assert response.status_code == status, headers
        assert response["ETag"] == 'W/"1"'


def test_the_resource_says_the_id_of_its_address(held):
    other = str(uuid4())
    client = pages.alice()
    for address, id_ in ((other, held["id"]), (held["id"], other), (held["id"], None)):
        body = held | {"id": id_} if id_ else {k: v for k, v in held.items() if k != "id"}
        response = send(client, "PUT", f"Observation/{address}", body)
        assert (response.status_code, the_issue(response)[1]) == (400, "id")


@pytest.mark.parametrize("id_", ["example", "A" * 36, "00000000-0000-4000-8000-00000000000G", "1"])
def test_an_id_that_is_not_a_uuid_is_refused(known, id_):
    response = send(pages.alice(), "PUT", f"Observation/{id_}", a_result(known[1], id=id_))
    assert (response.status_code, the_issue(response)) == (400, ("value", "id"))


def test_a_resource_does_not_change_patient(held):
    _, other, _ = a_known_patient("aphm")
    body = held | {"subject": {"reference": f"Patient/{other}"}}
    response = send(pages.alice(), "PUT", f"Observation/{held['id']}", body)
    assert (response.status_code, the_issue(response)) == (422, ("business-rule", "Observation.subject"))


def test_a_conditional_update_changes_the_one_it_finds(known):
    client, body = pages.alice(), a_result(known[1], identifier=[{"system": "urn:x", "value": "9"}])
    address = f"Observation?identifier=urn:x|9&patient={known[1]}"
    made, changed = (send(client, "PUT", address, body | {"status": one}) for one in ("final", "amended"))
    assert (made.status_code, changed.status_code) == (201, 200)
    assert made.json()["id"] == changed.json()["id"]
    other = send(client, "PUT", address, body | {"id": str(uuid4())})
    assert other.status_code == 400
    send(client, "POST", "Observation", body)
    assert send(client, "PUT", address, body).status_code == 412
    assert send(client, "PUT", "Observation", body).status_code == 412
    assert send(client, "PUT", "Observation?colour=x", body).status_code == 400
    assert send(client, "PUT", "Observation?subject.name=x", body).status_code == 400


def test_what_messages_tell_is_mended_at_its_source(known):
    _, here, _ = known
    message = str(uuid4())
    resource = a_result(here, id=str(uuid4()))
    record.put(resource, local_identity_id=here, at=timezone.now(), source=message)
    client = pages.alice()
    changed = send(client, "PUT", f"Observation/{resource['id']}", resource | {"status": "amended"})
    deleted = send(client, "DELETE", f"Observation/{resource['id']}")
    assert [(one.status_code, the_issue(one)[0]) for one in (changed, deleted)] == [(409, "conflict")] * 2


def test_another_establishment_reads_and_does_not_change(known, held):
    person_id, _, _ = known
    pages.a_stay(pages.local_of(person_id, "arles"), days=3)
    eve = pages.client_of("Eve", pages.Role.CLINICIAN, establishment="arles")
    assert eve.get(f"/fhir/Observation/{held['id']}").status_code == 200
    response = send(eve, "PUT", f"Observation/{held['id']}", held | {"status": "amended"})
    assert (response.status_code, the_issue(response)[0]) == (403, "forbidden")
    assert len(record.history("Observation", UUID(held["id"]))) == 1


def test_who_may_not_know_of_a_resource_learns_nothing_by_writing(held):
    body = held | {"status": "amended"}
    for method in ("PUT", "DELETE"):
        response = send(pages.bob(), method, f"Observation/{held['id']}", body, if_match='W/"7"')
        assert response.status_code in {404, 422, 204}
        assert "2026" not in response.content.decode()
    assert len(record.history("Observation", UUID(held["id"]))) == 1


def test_a_deleted_resource_may_be_written_again(held):
    client = pages.alice()
    send(client, "DELETE", f"Observation/{held['id']}")
    response = send(client, "PUT", f"Observation/{held['id']}", held)
    assert (response.status_code, response["ETag"]) == (201, 'W/"3"')


def test_an_update_is_checked_as_a_creation(held):
    response = send(pages.alice(), "PUT", f"Observation/{held['id']}", held | {"status": "x"})
    assert issues(response)[0]["expression"] == ["Observation.status"]
    assert fhir.loads(record.read("Observation", UUID(held["id"])).body)["status"] == "final"


def test_an_allergy_is_found_under_its_new_words_only(known):
    client = pages.alice()
    made = send(client, "POST", "AllergyIntolerance", an_allergy(known[1], criticality="low")).json()
    send(client, "PUT", f"AllergyIntolerance/{made['id']}", made | {"criticality": "high"})

    def found(level):
        return client.get(f"/fhir/AllergyIntolerance?patient={known[1]}&criticality={level}").json().get("entry", [])

    assert (len(found("low")), len(found("high"))) == (0, 1)
