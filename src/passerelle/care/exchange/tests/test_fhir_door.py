"""The FHIR door, up to the record: what is posted becomes an identity and a document of the patient."""

import base64
import json
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import connection

from passerelle.care.channels import api as channels
from passerelle.care.exchange.models import Message
from passerelle.care.exchange.services.applying import apply_waiting
from passerelle.care.exchange.services.lanes import route_new_messages
from passerelle.care.exchange.tests.declaring import BY, FHIR, declare
from passerelle.care.exchange.tests.samples import AT
from passerelle.core.directory.models import AssigningAuthority

DOOR = "/echanges/entree/fhir/"
PDF = b"%PDF-1.7\nessai\n%%EOF\n"
PATIENT = {
    "resourceType": "Patient",
    "identifier": [{"system": "urn:oid:1.2.250.1.999", "value": "1001"}],
    "name": [{"use": "official", "family": "DUPONT", "given": ["LEA", "MARIE"]}],
    "gender": "female",
    "birthDate": "1979-03-01",
}
DOCUMENT = {
    "resourceType": "DocumentReference",
    "status": "current",
    "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.250.1.999.1"},
    "type": {"coding": [{"system": "http://loinc.org", "code": "11490-0", "display": "Lettre de liaison"}]},
    "subject": {"reference": "urn:uuid:p"},
    "date": "2026-03-01T10:00:00+01:00",
    "content": [{"attachment": {"contentType": "application/pdf", "url": "urn:uuid:b", "title": "Lettre"}}],
}
BINARY = {"resourceType": "Binary", "contentType": "application/pdf", "data": base64.b64encode(PDF).decode()}
OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2951-2", "display": "Sodium"}]},
    "subject": {"reference": "urn:uuid:p"},
    "effectiveDateTime": "2026-03-01T09:00:00+01:00",
    "valueQuantity": {"value": 140, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
}


def bundle(*resources, kind="transaction"):
    names = {"Patient": "urn:uuid:p", "Binary": "urn:uuid:b"}
    entries = [
        {"fullUrl": names.get(one["resourceType"], f"urn:uuid:{rank}"), "resource": one}
        for rank, one in enumerate(resources)
    ]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


@pytest.fixture
def post(facility, client, tmp_path: Path):
    channels.forget()
    AssigningAuthority.objects.create(namespace="CHU-X", universal_id="000897406", kind="PI", establishment_id="essai")
    declare(tmp_path, FHIR)
    secret = channels.issue_key(channel="essai-fhir", label="Essai", by=BY, at=AT)

    def send(body, *, address=DOOR, key=secret, content_type="application/fhir+json"):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return client.post(address, content, content_type=content_type, headers=headers)

    yield send
    channels.forget()


def issue(answer):
    outcome = json.loads(answer.content)
    assert outcome["resourceType"] == "OperationOutcome"
    return outcome["issue"][0]


def applied() -> list[str]:
    route_new_messages()
    apply_waiting(clock=lambda: AT)
    return list(Message.objects.order_by("seq").values_list("state", flat=True))


def stored(kind: str) -> list[dict]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM record_resource WHERE type = %s AND NOT deleted", [kind])
        return [json.loads(row[0]) for row in cursor.fetchall()]


def test_a_patient_posted_becomes_an_identity(post) -> None:
    assert post(PATIENT, address=f"{DOOR}Patient").status_code == 202
    assert applied() == ["applied"]
    (patient,) = stored("Patient")
    assert patient["name"][0]["family"] == "DUPONT"
    assert patient["birthDate"] == "1979-03-01"


def test_a_document_posted_becomes_a_document_of_the_patient(post) -> None:
    body = bundle(PATIENT, DOCUMENT, BINARY)
    assert post(body).status_code == 202
    assert applied() == ["applied"]
    (document,) = stored("DocumentReference")
    assert document["type"]["coding"][0]["code"] == "11490-0"
    assert document["masterIdentifier"]["value"].endswith("1.2.250.1.999.1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sha256 FROM record_content")
        assert bytes(cursor.fetchone()[0]) == sha256(PDF).digest()


def test_the_bytes_posted_are_kept_as_they_came(post) -> None:
    content = json.dumps(PATIENT, indent=3).encode()
    post(content)
    assert bytes(Message.objects.get().raw) == content


def test_a_result_posted_becomes_an_observation(post) -> None:
    assert post(bundle(PATIENT, OBSERVATION, kind="batch")).status_code == 202
    assert applied() == ["applied"]
    (observation,) = stored("Observation")
    assert observation["valueQuantity"]["value"] == 140


def test_a_contained_patient_is_enough(post) -> None:
    inside = {**OBSERVATION, "contained": [{**PATIENT, "id": "p"}], "subject": {"reference": "#p"}}
    assert post(inside).status_code == 202
    assert applied() == ["applied"]


def test_the_same_content_posted_again_is_taken_once(post) -> None:
    answers = [post(bundle(PATIENT, DOCUMENT, BINARY)) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert len({issue(answer)["details"]["text"] for answer in answers}) == 1
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"resourceType": "Encounter", "status": "finished"}, "Encounter"),
        ({**bundle(PATIENT), "type": "searchset"}, "Bundle.type"),
        (bundle(PATIENT, PATIENT), "Bundle.entry[1].resource"),
        (bundle(PATIENT, DOCUMENT, DOCUMENT, BINARY), "Bundle.entry[2].resource"),
        (bundle(PATIENT, DOCUMENT), "Bundle.entry[1].resource.content[0].attachment.url"),
        (bundle(DOCUMENT, BINARY), "Bundle.entry[0].resource.subject"),
        ({**PATIENT, "birthDate": "hier"}, "Patient.birthDate"),
        ({**PATIENT, "name": []}, "Patient.name"),
        ({**PATIENT, "identifier": []}, "Patient.identifier"),
        (bundle({**PATIENT, "couleur": "vert"}), "Bundle.entry[0].resource.couleur"),
        (BINARY, "Binary.contentType"),
        ({"resourceType": "Bundle", "type": "batch", "entry": [{}]}, "Bundle.entry[0]"),
    ],
)
def test_what_is_not_taken_is_said_at_its_place_and_kept(post, body, path) -> None:
    answer = post(body)
    assert answer.status_code == 422
    assert issue(answer)["expression"] == [path]
    assert not Message.objects.get().accepted


def test_no_address_is_ever_followed(post) -> None:
    away = json.loads(json.dumps(DOCUMENT))
    away["content"][0]["attachment"]["url"] = "http://127.0.0.1:1/secret"
    answer = post(bundle(PATIENT, away))
    assert "aucune adresse n’est suivie" in issue(answer)["details"]["text"]


def test_what_is_not_json_is_refused_and_kept(post) -> None:
    assert post(b"<Patient/>").status_code == 422
    assert bytes(Message.objects.get().raw) == b"<Patient/>"


@pytest.mark.parametrize("key", ["", "pfk_faux", "autre"])
def test_without_its_key_the_door_stays_shut(post, key) -> None:
    answer = post(PATIENT, key=key)
    assert (answer.status_code, issue(answer)["code"]) == (401, "login")
    assert not Message.objects.exists()


def test_a_revoked_key_opens_nothing(post) -> None:
    channels.revoke_keys(channel="essai-fhir", label="Essai", by=BY, at=AT)
    assert post(PATIENT).status_code == 401


def test_a_stopped_channel_opens_to_nobody(post, tmp_path) -> None:
    declare(tmp_path, FHIR + "enabled: false\n")
    assert post(PATIENT).status_code == 401


def test_another_type_of_content_is_refused(post) -> None:
    assert post(PATIENT, content_type="text/plain").status_code == 415


def test_the_address_and_the_resource_agree(post) -> None:
    answer = post(PATIENT, address=f"{DOOR}Observation")
    assert (answer.status_code, issue(answer)["expression"]) == (422, ["resourceType"])


def test_the_contract_applied_says_that_nobody_applied_it_yet(post, tmp_path) -> None:
    declare(tmp_path, FHIR + "contract: {acknowledge: applied, wait_seconds: 0.1}\n")
    assert post(PATIENT).status_code == 202
    applied()
    answer = post(PATIENT)
    assert (answer.status_code, issue(answer)["details"]["text"].startswith("Appliqué")) == (200, True)


def test_a_key_is_made_for_a_channel_of_this_door_only(post) -> None:
    with pytest.raises(channels.NoSuchChannel):
        channels.issue_key(channel="inconnu", label="x", by=BY, at=AT)
