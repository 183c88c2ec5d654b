"""Documents as IHE MHD (PDSm) asks for them: ITI-65 to ITI-68, and `$docref`.

https://profiles.ihe.net/ITI/MHD/, https://hl7.org/fhir/uv/ipa/OperationDefinition-docref.html.
"""

import base64
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.care.record.rules.documents import RESTRICTIONS
from passerelle.care.record.rules.patients import patient_of
from passerelle.care.record.tests import pages
from passerelle.core.audit.models import AuditEvent
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db
LOINC = "http://loinc.org"
FHIR_JSON = "application/fhir+json"


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def known():
    """Return a person with a stay here, a letter at another hospital, and their file here."""
    person_id, here = pages.a_person("aphm", "arles")
    pages.a_stay(here, documents=1, results=0)
    pages.a_document(pages.local_of(person_id, "arles"), at=timezone.now() - timedelta(days=100))
    for one in identity.local_identities(person_id):
        resource = patient_of(identity.local_traits(one.id), place={"display": one.establishment})
        record.put(resource, local_identity_id=one.id, at=timezone.now(), source="essai")
    return person_id, here


def entries(response):
    assert response.status_code == 200, response.content
    return [entry["resource"] for entry in response.json().get("entry", [])]


def docref(client, **params):
    return client.get("/fhir/DocumentReference/$docref", params)


def test_docref_gives_the_documents_of_every_establishment(known):
    found = entries(docref(pages.alice(), patient=str(known[1])))
    assert {one["resourceType"] for one in found} == {"DocumentReference"}
    assert len(found) == 2
    assert entries(docref(pages.alice(), patient=f"Patient/{known[1]}")) == found


def test_docref_keeps_a_type_and_dates(known):
    client, here = pages.alice(), str(known[1])
    assert len(entries(docref(client, patient=here, type=f"{LOINC}|11490-0"))) == 2
    assert len(entries(docref(client, patient=here, type="11490-0"))) == 2
    assert entries(docref(client, patient=here, type=f"{LOINC}|11502-2")) == []
    since = f"{timezone.now() - timedelta(days=30):%Y-%m-%d}"
    assert len(entries(docref(client, patient=here, start=since))) == 1
    assert len(entries(docref(client, patient=here, end=since))) == 1


def test_docref_leaves_out_what_is_replaced_or_hidden(known):
    person_id, here = known
    arles = pages.local_of(person_id, "arles")
    for change in ({"status": "superseded"}, {"securityLabel": [_label("MASQUE_PS")]}):
        document = pages.a_document(arles)
        resource = fhir.loads(record.read("DocumentReference", document).body)
        record.put(resource | change, local_identity_id=arles, at=timezone.now(), source="essai")
    assert len(entries(docref(pages.alice(), patient=str(here)))) == 2


def _label(code):
    return {"coding": [{"system": RESTRICTIONS, "code": code}]}


@pytest.mark.parametrize(
    ("params", "status", "where"),
    [
        ({}, 400, ["patient"]),
        ({"patient": "x"}, 400, ["patient"]),
        ({"patient": str(uuid4())}, 404, None),
        ({"patient": str(uuid4()), "start": "hier"}, 400, ["start"]),
    ],
)
def test_docref_refuses_what_it_cannot_read(known, params, status, where):
    response = docref(pages.alice(), **params)
    assert (response.status_code, response.json()["issue"][0].get("expression")) == (status, where)


def test_docref_leaves_its_event_and_is_refused_as_absent(known):
    assert docref(pages.bob(), patient=str(known[1])).status_code == 404
    docref(pages.alice(), patient=str(known[1]))
    told = AuditEvent.objects.filter(target="fhir:DocumentReference/$docref").values_list("outcome", flat=True)
    assert sorted(told) == ["allowed", "denied"]


def test_iti_67_finds_documents_by_patient_type_status_and_date(known):
    client, here = pages.alice(), known[1]
    base = {"patient": f"Patient/{here}", "status": "current"}
    found = entries(client.get("/fhir/DocumentReference", base | {"type": f"{LOINC}|11490-0"}))
    assert [one["subject"]["reference"] for one in found] == [f"Patient/{here}"]
    future = {"date": f"ge{timezone.now() + timedelta(days=1):%Y-%m-%d}"}
    assert entries(client.get("/fhir/DocumentReference", base | future)) == []


def test_iti_68_gives_the_bytes_in_their_own_type_and_nothing_that_a_browser_would_run(known):
    document = pages.a_document(known[1], mime="text/html", content=b"<script>alert(1)</script>")
    client = pages.alice()
    url = client.get(f"/fhir/DocumentReference/{document}").json()["content"][0]["attachment"]["url"]
    for accept in ("text/html", "*/*", "text/*"):
        response = client.get(f"/fhir/{url}", headers={"Accept": accept})
        assert (response.status_code, response["Content-Type"]) == (200, "text/html")
        assert response.content == b"<script>alert(1)</script>"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Disposition"] == "attachment"
        assert "sandbox" in response["Content-Security-Policy"]


def test_iti_68_gives_a_binary_to_who_asks_for_fhir_and_refuses_another_type(known):
    document = pages.a_document(known[1], mime="application/pdf", content=pages.PDF)
    client = pages.alice()
    url = client.get(f"/fhir/DocumentReference/{document}").json()["content"][0]["attachment"]["url"]
    body = client.get(f"/fhir/{url}", headers={"Accept": FHIR_JSON}).json()
    assert base64.b64decode(body["data"]) == pages.PDF
    assert client.get(f"/fhir/{url}", headers={"Accept": "image/png"}).status_code == 406
    assert pages.bob().get(f"/fhir/{url}", headers={"Accept": "application/pdf"}).status_code == 404


@pytest.mark.parametrize(
    ("resource", "severity", "where"),
    [
        ({"resourceType": "Observation", "code": {"text": "x"}}, "error", "Observation.status"),
        ({"resourceType": "Observation", "status": "final", "code": {}, "colour": 1}, "error", "Observation.colour"),
        (
            {
                "resourceType": "Observation",
                "status": "final",
                "code": {"text": "x"},
                "valueQuantity": {"value": 1, "system": "http://unitsofmeasure.org", "code": "bananes"},
            },
            "error",
            "Observation.valueQuantity.code",
        ),
    ],
)
def test_validate_names_the_element_at_fault(known, resource, severity, where):
    response = pages.alice().post("/fhir/Observation/$validate", resource, content_type=FHIR_JSON)
    assert response.status_code == 200, response.content
    issues = [(one["severity"], one["expression"][0]) for one in response.json()["issue"]]
    assert (severity, where) in issues


def test_validate_finds_nothing_wrong_in_what_is_right_and_writes_nothing(known):
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "718-7"}]},
    }
    client = pages.alice()
    found = client.post("/fhir/Observation/$validate", resource, content_type=FHIR_JSON).json()
    assert [one["severity"] for one in found["issue"]] == ["information"]
    parts = [{"name": "resource", "resource": resource}, {"name": "mode", "valueCode": "create"}]
    body = {"resourceType": "Parameters", "parameter": parts}
    assert client.post("/fhir/Observation/$validate", body, content_type=FHIR_JSON).json() == found
    assert entries(client.get("/fhir/Observation", {"patient": str(known[1])})) == []


def test_validate_of_a_stored_resource_is_for_who_may_read_it(known):
    result = pages.a_result(known[1])
    assert pages.alice().get(f"/fhir/Observation/{result}/$validate").status_code == 200
    for path in (f"Observation/{result}/$validate", f"Observation/{uuid4()}/$validate"):
        assert pages.bob().get(f"/fhir/{path}").status_code == 404


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"resourceType": "Patient"}, ["resource"]),
        ({"resourceType": "Parameters", "parameter": [{"name": "mode", "valueCode": "wish"}]}, ["mode"]),
        ({"resourceType": "Parameters"}, ["resource"]),
    ],
)
def test_validate_refuses_what_it_cannot_check(known, body, where):
    response = pages.alice().post("/fhir/Observation/$validate", body, content_type=FHIR_JSON)
    assert (response.status_code, response.json()["issue"][0]["expression"]) == (400, where)


def test_validate_says_that_a_profile_is_not_known_here(known):
    resource = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    parts = [{"name": "resource", "resource": resource}, {"name": "profile", "valueUri": "http://nowhere/profile"}]
    body = {"resourceType": "Parameters", "parameter": parts}
    issues = pages.alice().post("/fhir/Observation/$validate", body, content_type=FHIR_JSON).json()["issue"]
    assert [(one["severity"], one["code"]) for one in issues] == [("warning", "not-found")]
