"""The FHIR R4 REST interface. https://hl7.org/fhir/R4/http.html."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.care.record.rules.documents import RESTRICTIONS
from passerelle.care.record.rules.patients import patient_of
from passerelle.care.record.tests import pages
from passerelle.core.audit import api as audit
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db
FHIR_JSON = "application/fhir+json"


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def known():
    """Return a person with a stay at two hospitals, and the stay of the first."""
    person_id, here = pages.a_person("aphm", "arles")
    stay = pages.a_stay(here, days=10)
    pages.a_stay(pages.local_of(person_id, "arles"), days=200)
    for one in identity.local_identities(person_id):
        resource = patient_of(identity.local_traits(one.id), place={"display": one.establishment})
        record.put(resource, local_identity_id=one.id, at=timezone.now(), source="essai")
    return person_id, here, stay


def get(client, path, **headers):
    return client.get(f"/fhir/{path}", headers=headers)


def issue(response):
    body = response.json()
    assert body["resourceType"] == "OperationOutcome"
    assert response["Content-Type"].startswith(FHIR_JSON)
    return body["issue"][0]


def entries(response):
    assert response.status_code == 200, response.content
    return [entry["resource"] for entry in response.json().get("entry", [])]


def test_read_gives_the_resource_its_version_and_its_moment(known):
    _, _, stay = known
    response = get(pages.alice(), f"Encounter/{stay}")
    assert response.status_code == 200
    assert response.json()["id"] == str(stay)
    assert response["ETag"] == 'W/"1"'
    assert "GMT" in response["Last-Modified"]
    assert response["Content-Type"].startswith(FHIR_JSON)


def test_read_of_a_known_version_is_not_modified(known):
    client = pages.alice()
    assert get(client, f"Encounter/{known[2]}", if_none_match='W/"1"').status_code == 304
    assert get(client, f"Encounter/{known[2]}", if_none_match='W/"7"').status_code == 200


def test_read_of_a_patient_links_to_the_other_local_identities(known):
    person_id, here, _ = known
    other = pages.local_of(person_id, "arles")
    links = get(pages.alice(), f"Patient/{here}").json()["link"]
    assert links == [{"other": {"reference": f"Patient/{other}"}, "type": "seealso"}]


def test_vread_and_history_tell_each_version(known):
    _, here, stay = known
    resource = fhir.loads(record.read("Encounter", stay).body)
    record.put(resource | {"status": "cancelled"}, local_identity_id=here, at=timezone.now(), source="essai")
    client = pages.client_of("Zoé", pages.Role.PATIENT, person_id=known[0])
    assert get(client, f"Encounter/{stay}/_history/1").json()["status"] == "finished"
    assert get(client, f"Encounter/{stay}/_history/2").json()["status"] == "cancelled"
    bundle = get(client, f"Encounter/{stay}/_history").json()
    assert (bundle["type"], bundle["total"]) == ("history", 2)
    assert [entry["resource"]["meta"]["versionId"] for entry in bundle["entry"]] == ["2", "1"]
    for version in ("3", "0", "x", "9" * 30):
        assert get(client, f"Encounter/{stay}/_history/{version}").status_code == 404


def test_a_deleted_resource_is_gone_and_its_history_says_so(known):
    _, here, _ = known
    result = pages.a_result(here)
    record.delete("Observation", result, at=timezone.now(), source="essai")
    client = pages.alice()
    response = get(client, f"Observation/{result}")
    assert (response.status_code, issue(response)["code"]) == (410, "deleted")
    assert get(client, f"Observation/{result}/_history/2").status_code == 410
    entry = get(client, f"Observation/{result}/_history").json()["entry"][0]
    assert entry["request"]["method"] == "DELETE"
    assert "resource" not in entry
    assert get(pages.bob(), f"Observation/{result}").status_code == 404


def test_a_binary_gives_the_bytes_of_a_document(known):
    _, here, _ = known
    document = pages.a_document(here, mime="application/pdf", content=pages.PDF)
    client = pages.alice()
    url = get(client, f"DocumentReference/{document}").json()["content"][0]["attachment"]["url"]
    body = get(client, url, accept=FHIR_JSON).json()
    assert (body["resourceType"], body["contentType"]) == ("Binary", "application/pdf")
    assert get(pages.bob(), url).status_code == 404
    assert get(client, f"Binary/{uuid4()}").status_code == 404


def test_search_pages_by_links_give_each_match_once(known):
    _, here, _ = known
    for days in range(20, 25):
        pages.a_stay(here, days=days, documents=0, results=0)
    client, seen = pages.alice(), []
    url = f"/fhir/Encounter?patient=Patient/{here}&_count=4&_sort=-date&_total=accurate"
    while url:
        bundle = client.get(url).json()
        assert (bundle["type"], bundle["total"]) == ("searchset", 6)
        seen += [entry["resource"]["period"]["start"] for entry in bundle["entry"]]
        link = next((one["url"] for one in bundle["link"] if one["relation"] == "next"), None)
        url = link and f"{urlsplit(link).path}?{urlsplit(link).query}"
    assert len(seen) == 6
    assert seen == sorted(seen, reverse=True)


def test_search_by_post_gives_what_search_by_get_gives(known):
    _, here, stay = known
    client = pages.alice()
    posted = client.post("/fhir/Encounter/_search", {"patient": str(here)})
    assert [one["id"] for one in entries(posted)] == [str(stay)]
    assert posted.json()["entry"] == get(client, f"Encounter?patient={here}").json()["entry"]


def test_a_count_of_zero_asks_for_the_total_alone(known):
    bundle = get(pages.alice(), f"Encounter?patient={known[1]}&_count=0").json()
    assert bundle["total"] == 1
    assert "entry" not in bundle


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("Encounter?colour=blue", "colour"),
        ("Encounter?date=hier", "date"),
        ("Patient?gender:exact=X", "gender:exact"),
        ("Encounter?_count=x", "_count"),
        ("Encounter?_count=-1", "_count"),
        ("Encounter?_sort=colour", "_sort"),
        ("Encounter?_cursor=x", "_cursor"),
        ("Encounter?_total=x", "_total"),
        ("Observation?value-quantity=fort", "value-quantity"),
    ],
)
def test_a_search_that_cannot_be_answered_names_the_parameter(path, named):
    response = get(pages.alice(), path)
    assert response.status_code == 400
    assert issue(response)["expression"] == [named]


@pytest.mark.parametrize(
    "path",
    ["Encounter/00000000-0000-4000-8000-000000000000", "Encounter/x", "Medication/1", "Basic", "a/b/c/d"],
)
def test_what_does_not_exist_is_not_found(path):
    response = get(pages.alice(), path)
    assert response.status_code == 404
    assert issue(response)["severity"] == "error"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("Encounter/{}", "GET, HEAD, PUT, PATCH, DELETE"),
        ("Encounter/{}/_history", "GET, HEAD"),
        ("metadata", "GET, HEAD"),
    ],
)
def test_an_unsupported_method_is_refused_and_told_what_is_allowed(known, path, allowed):
    response = pages.alice().post(f"/fhir/{path.format(known[2])}")
    assert response.status_code == 405
    assert response["Allow"] == allowed
    issue(response)


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/fhir+json", 200),
        ("application/json;q=0.9, text/html", 200),
        ("*/*", 200),
        ("application/fhir+xml", 406),
        ("text/html", 406),
    ],
)
def test_only_json_is_served(known, accept, status):
    assert get(pages.alice(), f"Encounter/{known[2]}", accept=accept).status_code == status


def test_the_format_parameter_wins_over_the_header(known):
    client, path = pages.alice(), f"Encounter/{known[2]}"
    assert get(client, f"{path}?_format=json", accept="text/html").status_code == 200
    assert get(client, f"{path}?_format=xml").status_code == 406


def test_nobody_reads_without_signing_in(client, known):
    response = get(client, f"Encounter/{known[2]}")
    assert (response.status_code, issue(response)["code"]) == (401, "login")
    assert get(client, "metadata").status_code == 200


def test_a_patient_sees_only_their_own_record(known):
    person_id, _, stay = known
    other_person, other = pages.a_person("aphm")
    foreign = pages.a_stay(other)
    client = pages.the_patient(person_id)
    assert {one["subject"]["reference"] for one in entries(get(client, "Encounter"))} == {
        f"Patient/{one.id}" for one in identity.local_identities(person_id)
    }
    assert get(client, f"Encounter/{stay}").status_code == 200
    assert entries(get(client, f"Encounter?patient={other}")) == []
    refused, missing = get(client, f"Encounter/{foreign}"), get(client, f"Encounter/{uuid4()}")
    assert (refused.status_code, refused.content) == (missing.status_code, missing.content)
    assert other_person != person_id


def test_a_clinician_who_does_not_treat_finds_nothing_at_all(known):
    _, here, _ = known
    bob, nobody = pages.bob(), uuid4()
    for type_ in ("Patient", "Encounter", "DocumentReference", "Observation", "Appointment", "Condition", "Provenance"):
        name = "_id" if type_ == "Patient" else "patient"
        found = get(bob, f"{type_}?{name}={here}&_total=accurate").json()
        absent = get(bob, f"{type_}?{name}={nobody}&_total=accurate").json()
        assert found["total"] == absent["total"] == 0
        assert found.keys() == absent.keys()
        assert entries(get(bob, type_)) == []


def test_a_clinician_finds_the_patients_of_their_hospital_and_those_alone(known):
    _, here, _ = known
    pages.a_stay(pages.a_person("salon")[1])
    pages.a_stay(pages.a_person("aphm")[1], days=900)
    found = entries(get(pages.alice(), "Encounter"))
    assert {one["subject"]["reference"] for one in found} == {f"Patient/{here}"}
    assert [one["id"] for one in entries(get(pages.alice(), "Patient?family=allegre"))] == []
    assert [one["id"] for one in entries(get(pages.alice(), "Patient?name=d'allegre"))] == [str(here)]


def test_a_treating_clinician_reads_what_the_other_hospital_wrote(known):
    person_id, _, _ = known
    there = pages.local_of(person_id, "arles")
    assert len(entries(get(pages.alice(), f"Encounter?patient={there}"))) == 1


def restricted(local_identity_id, restriction):
    document = pages.a_document(local_identity_id)
    resource = fhir.loads(record.read("DocumentReference", document).body)
    label = fhir.codeable_concept(fhir.coding(RESTRICTIONS, restriction))
    record.put(
        resource | {"securityLabel": [label]}, local_identity_id=local_identity_id, at=timezone.now(), source="essai"
    )
    return str(document)


def test_restrictions_hide_from_a_search_what_they_hide_from_a_read(known):
    person_id, here, _ = known
    there = pages.local_of(person_id, "arles")
    masked_here, masked_there = restricted(here, "MASQUE_PS"), restricted(there, "MASQUE_PS")
    unannounced = restricted(here, "INVISIBLE_PATIENT")
    viewers = {"alice": pages.alice(), "patient": pages.the_patient(person_id)}
    seen = {
        name: {one["id"] for who in (here, there) for one in entries(get(client, f"DocumentReference?patient={who}"))}
        for name, client in viewers.items()
    }
    for document in (masked_here, masked_there, unannounced):
        for name, client in viewers.items():
            is_read = get(client, f"DocumentReference/{document}").status_code == 200
            assert is_read is (document in seen[name]), (name, document)
    assert masked_here in seen["alice"]
    assert masked_there not in seen["alice"]
    assert unannounced not in seen["patient"]


def test_a_result_is_as_hidden_as_the_report_it_came_in(known):
    person_id, here, _ = known
    result = pages.a_result(here)
    resource = fhir.loads(record.read("Observation", result).body)
    resource["meta"]["security"] = [fhir.coding(RESTRICTIONS, "INVISIBLE_PATIENT")]
    record.put(resource, local_identity_id=here, at=timezone.now(), source="essai")
    client = pages.the_patient(person_id)
    assert str(result) not in {one["id"] for one in entries(get(client, "Observation"))}
    assert get(client, f"Observation/{result}").status_code == 404
    assert get(pages.alice(), f"Observation/{result}").status_code == 200


def test_each_reading_is_told_to_the_patient(known):
    person_id, here, stay = known
    client, before = pages.alice(), len(audit.accesses_to(person_id, limit=50))
    get(client, f"Encounter/{stay}")
    get(client, f"Encounter?patient={here}")
    get(client, f"Encounter/{stay}/_history")
    assert len(audit.accesses_to(person_id, limit=50)) == before + 3


def test_a_stay_of_long_ago_no_longer_opens_the_record():
    person_id, here = pages.a_person("aphm")
    stay = pages.a_stay(here, days=400)
    assert get(pages.alice(), f"Encounter/{stay}").status_code == 404
    assert record.read("Encounter", stay).last_updated < timezone.now() - timedelta(days=365)
    assert person_id
