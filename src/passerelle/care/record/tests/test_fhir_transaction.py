"""The `transaction` and `batch` interactions. https://hl7.org/fhir/R4/http.html#transaction, #trules."""

import base64
import json
from uuid import UUID, uuid4

import pytest

from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.care.record.tests.writers import (
    FHIR_JSON,
    a_known_patient,
    a_result,
    an_allergy,
    in_the_directory,
    issues,
    send,
)

pytestmark = pytest.mark.django_db
STAY = {
    "resourceType": "Encounter",
    "status": "finished",
    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
}


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def known():
    return a_known_patient("aphm", "arles")


def entry(method, url, resource=None, full_url=None, **conditions):
    told = {"request": {"method": method, "url": url, **conditions}}
    told |= {"resource": resource} if resource is not None else {}
    return told | ({"fullUrl": full_url} if full_url else {})


def post(client, *entries, kind="transaction", **headers):
    return send(client, "POST", "", {"resourceType": "Bundle", "type": kind, "entry": list(entries)}, **headers)


def responses(response):
    assert response.status_code == 200, response.content
    told = response.json()
    assert told["resourceType"] == "Bundle"
    return [one["response"] for one in told["entry"]]


def stored(location):
    type_, id_, *_ = location.split("/")
    return record.read(type_, UUID(id_))


def count(type_):
    return len(list(record.stream(type_)))


def test_entries_are_answered_in_their_order_with_their_version(known):
    _, here, _ = known
    response = post(
        pages.alice(),
        entry("POST", "Observation", a_result(here)),
        entry("POST", "AllergyIntolerance", an_allergy(here)),
    )
    told = responses(response)
    assert response.json()["type"] == "transaction-response"
    assert [one["status"] for one in told] == ["201", "201"]
    assert [one["location"].split("/")[0] for one in told] == ["Observation", "AllergyIntolerance"]
    assert {one["etag"] for one in told} == {'W/"1"'}
    assert all(stored(one["location"]).local_identity_id == here for one in told)


def test_a_bundle_may_be_sent_to_the_base_without_a_slash(known):
    _, here, _ = known
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [entry("POST", "Observation", a_result(here))]}

    response = pages.alice().generic("POST", "/fhir", json.dumps(bundle), content_type=FHIR_JSON)

    assert [one["status"] for one in responses(response)] == ["201"]


def test_names_given_to_entries_become_the_addresses_of_what_they_make(known):
    _, here, _ = known
    report, result = f"urn:uuid:{uuid4()}", f"urn:uuid:{uuid4()}"
    told = responses(
        post(
            pages.alice(),
            entry(
                "POST",
                "DiagnosticReport",
                {
                    "resourceType": "DiagnosticReport",
                    "status": "final",
                    "code": {"text": "Biologie"},
                    "subject": {"reference": f"Patient/{here}"},
                    "identifier": [{"system": "urn:ietf:rfc:3986", "value": result}],
                    "result": [{"reference": result}],
                },
                report,
            ),
            entry("POST", "Observation", a_result(here), result),
        )
    )
    body = json.loads(stored(told[0]["location"]).body)
    assert told[1]["location"].startswith(body["result"][0]["reference"])
    assert body["identifier"][0]["value"] == result


def test_all_of_it_or_nothing(known):
    _, here, _ = known
    response = post(
        pages.alice(),
        entry("POST", "AllergyIntolerance", an_allergy(here)),
        entry("POST", "Observation", a_result(here, encounter={"reference": f"Encounter/{uuid4()}"})),
    )
    assert response.status_code == 422
    assert issues(response)[0]["expression"] == ["Bundle.entry[1].resource.Observation.encounter.reference"]
    assert (count("AllergyIntolerance"), count("Observation")) == (0, 0)


@pytest.mark.parametrize(
    ("wrong", "status", "where"),
    [
        (entry("POST", "Observation", {"resourceType": "Observation"}), 422, "Bundle.entry[1].resource.Observation"),
        (entry("POST", "Observation"), 400, "Bundle.entry[1]"),
        (entry("POST", "Planet", {"resourceType": "Planet"}), 404, "Bundle.entry[1].request.url"),
        (entry("PUT", "Observation/x", a_result(uuid4(), id="x")), 400, "Bundle.entry[1].resource.id"),
        (entry("POST", f"Observation/{uuid4()}", a_result(uuid4())), 400, "Bundle.entry[1].request.url"),
        (entry("PUT", "Observation", a_result(uuid4())), 400, "Bundle.entry[1].request.url"),
        (entry("MOVE", "Observation/1"), 400, "Bundle.entry[1].request.method"),
        ({"resource": a_result(uuid4())}, 400, "Bundle.entry[1]"),
        ({"request": {"method": "POST"}}, 400, "Bundle.entry[1].request"),
        (entry("DELETE", f"Observation/{uuid4()}", ifMatch="x"), 412, "Bundle.entry[1]"),
    ],
)
def test_a_wrong_entry_is_named(known, wrong, status, where):
    response = post(pages.alice(), entry("POST", "AllergyIntolerance", an_allergy(known[1])), wrong)
    assert response.status_code == status
    assert issues(response)[0]["expression"][0].startswith(where)
    assert count("AllergyIntolerance") == 0


@pytest.mark.parametrize(
    "bundle",
    [
        {"resourceType": "Bundle", "type": "document", "entry": []},
        {"resourceType": "Bundle"},
        {"resourceType": "Patient"},
        {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [{"request": {"method": "POST", "url": "x"}}] * 1001,
        },
    ],
)
def test_what_is_no_bundle_to_do_is_refused(known, bundle):
    assert send(pages.alice(), "POST", "", bundle).status_code in {400, 413}


def test_deletions_come_first_then_creations_then_updates(known):
    _, here, _ = known
    client = pages.alice()
    body = a_result(here, identifier=[{"system": "urn:x", "value": "1"}])
    old = send(client, "POST", "Observation", body).json()
    made = f"urn:uuid:{uuid4()}"
    told = responses(
        post(
            client,
            entry("PUT", f"Observation/{old['id']}", old | {"derivedFrom": [{"reference": made}]}),
            entry("POST", "Observation", a_result(here), made),
        )
    )
    assert [one["status"] for one in told] == ["200", "201"]
    body = json.loads(stored(told[0]["location"]).body)
    assert told[1]["location"].startswith(body["derivedFrom"][0]["reference"])


def test_the_same_resource_twice_is_refused(known):
    _, here, _ = known
    client = pages.alice()
    old = send(client, "POST", "Observation", a_result(here)).json()
    address = f"Observation/{old['id']}"
    response = post(client, entry("PUT", address, old | {"status": "amended"}), entry("DELETE", address))
    assert response.status_code == 400
    assert len(record.history("Observation", UUID(old["id"]))) == 1


def test_conditions_hold_for_each_entry(known):
    _, here, _ = known
    client = pages.alice()
    criteria = f"identifier=urn:x|1&patient={here}"
    body = a_result(here, identifier=[{"system": "urn:x", "value": "1"}])
    first = responses(post(client, entry("POST", "Observation", body, ifNoneExist=criteria)))
    again = responses(
        post(
            client,
            entry("POST", "Observation", body, ifNoneExist=criteria),
            entry("PUT", f"Observation?{criteria}".replace("|1", "|2"), body),
        )
    )
    assert [one["status"] for one in first + again] == ["201", "200", "201"]
    assert again[0]["location"] == first[0]["location"]
    assert post(client, entry("DELETE", first[0]["location"][:48], ifMatch='W/"8"')).status_code == 412


def test_a_conditional_reference_becomes_that_of_what_it_finds(known):
    _, here, _ = known
    address = in_the_directory(
        {"resourceType": "Practitioner", "identifier": [{"system": "urn:rpps", "value": "99900000001"}]}
    )
    told = responses(
        post(
            pages.alice(),
            entry(
                "POST",
                "Observation",
                a_result(here, performer=[{"reference": "Practitioner?identifier=urn:rpps|99900000001"}]),
            ),
        )
    )
    assert json.loads(stored(told[0]["location"]).body)["performer"][0]["reference"] == address
    unknown = a_result(here, performer=[{"reference": "Practitioner?identifier=urn:rpps|0"}])
    assert post(pages.alice(), entry("POST", "Observation", unknown)).status_code == 422


def test_patches_and_reads_are_entries_too(known):
    _, here, stay = known
    client = pages.alice()
    old = send(client, "POST", "Observation", a_result(here)).json()
    operations = json.dumps([{"op": "replace", "path": "/status", "value": "amended"}]).encode()
    binary = {
        "resourceType": "Binary",
        "contentType": "application/json-patch+json",
        "data": base64.b64encode(operations).decode(),
    }
    response = post(
        client,
        entry("GET", f"Observation/{old['id']}"),
        entry("GET", f"Encounter?patient={here}"),
        entry("GET", f"Encounter/{uuid4()}"),
        entry("PATCH", f"Observation/{old['id']}", binary),
    )
    assert [one["status"] for one in responses(response)] == ["200", "200", "404", "200"]
    told = response.json()["entry"]
    assert told[0]["resource"]["status"] == "amended"
    assert [one["resource"]["id"] for one in told[1]["resource"]["entry"]] == [str(stay)]
    assert told[2]["response"]["outcome"]["resourceType"] == "OperationOutcome"


def test_a_batch_does_what_it_can(known):
    _, here, _ = known
    response = post(
        pages.alice(),
        entry("POST", "AllergyIntolerance", an_allergy(here)),
        entry("POST", "Observation", a_result(here) | {"status": "x"}),
        entry("GET", "Observation?colour=x"),
        entry("DELETE", f"Observation/{uuid4()}"),
        entry("POST", "Observation", a_result(here), ifNoneExist="colour=x"),
        kind="batch",
    )
    told = responses(response)
    assert response.json()["type"] == "batch-response"
    assert [one["status"] for one in told] == ["201", "422", "400", "204", "400"]
    assert told[1]["outcome"]["issue"][0]["expression"] == ["Bundle.entry[1].resource.Observation.status"]
    assert (count("AllergyIntolerance"), count("Observation")) == (1, 0)


@pytest.mark.parametrize(
    ("preference", "has_resource", "has_outcome"),
    [("", False, False), ("return=representation", True, False), ("return=OperationOutcome", False, True)],
)
def test_entries_give_back_what_the_writer_prefers(known, preference, has_resource, has_outcome):
    response = post(pages.alice(), entry("POST", "Observation", a_result(known[1])), prefer=preference)
    (told,) = response.json()["entry"]
    assert ("resource" in told) is has_resource
    assert ("outcome" in told["response"]) is has_outcome


def test_a_document_comes_with_its_bytes(known):
    _, here, _ = known
    name = f"urn:uuid:{uuid4()}"
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11488-4"}]},
        "subject": {"reference": f"Patient/{here}"},
        "content": [{"attachment": {"contentType": "application/pdf", "url": name}}],
    }
    data = base64.b64encode(pages.PDF).decode()
    binary = {"resourceType": "Binary", "contentType": "application/pdf", "data": data}
    client = pages.alice()
    told = responses(post(client, entry("POST", "DocumentReference", document), entry("POST", "Binary", binary, name)))
    assert [one["status"] for one in told] == ["201", "201"]
    url = json.loads(stored(told[0]["location"]).body)["content"][0]["attachment"]["url"]
    assert client.get(f"/fhir/{url}", headers={"accept": FHIR_JSON}).json()["data"] == data
    assert pages.bob().get(f"/fhir/{url}").status_code == 404


def test_bytes_of_nobody_are_refused(known):
    binary = {"resourceType": "Binary", "contentType": "text/plain", "data": "eA=="}
    assert send(pages.alice(), "POST", "Binary", binary).status_code == 422
    mine = binary | {"securityContext": {"reference": f"Patient/{known[1]}"}}
    assert send(pages.alice(), "POST", "Binary", mine).status_code == 201


def test_nobody_writes_in_the_record_of_someone_else_by_a_bundle(known):
    _, here, _ = known
    response = post(pages.bob(), entry("POST", "Observation", a_result(here)))
    assert response.status_code == 422
    assert count("Observation") == 0


def test_the_provenance_of_what_is_made_follows_it(known):
    _, here, _ = known
    name = f"urn:uuid:{uuid4()}"
    provenance = {
        "resourceType": "Provenance",
        "target": [{"reference": name}],
        "recorded": "2026-03-02T10:00:00Z",
        "agent": [{"who": {"display": "Alice"}}],
    }
    told = responses(
        post(pages.alice(), entry("POST", "Provenance", provenance), entry("POST", "Observation", a_result(here), name))
    )
    assert stored(told[0]["location"]).local_identity_id == here
