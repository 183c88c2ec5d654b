"""IHE MHD (PDSm in France): provide a document bundle, find document lists. https://profiles.ihe.net/ITI/MHD/."""

import base64
from uuid import uuid4

import pytest
from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.care.record.fhir.entries import asked_of, entries_of
from passerelle.care.record.rules.patients import patient_of
from passerelle.care.record.services.fhir.applying import apply
from passerelle.care.record.tests import pages
from passerelle.core.access.api import Role, Viewer
from passerelle.core.terminology import api as terminology
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db
LOINC = "http://loinc.org"
CLASSES = "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"
FEEDER = Viewer(
    application="alimentation",
    name="Alimentation",
    assignments=frozenset({(Role.APPLICATION, "aphm")}),
    scopes=frozenset({"system/*.cruds"}),
    second_factor=True,
)


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def known():
    """Return a person with a stay here, and their file."""
    person_id, here = pages.a_person("aphm")
    pages.a_stay(here, documents=0, results=0)
    resource = patient_of(identity.local_traits(here), place={"display": "aphm"})
    record.put(resource, local_identity_id=here, at=timezone.now(), source="essai")
    return person_id, here


def a_bundle(local_identity_id):
    """Return what a document source sends by ITI-65: the submission set, the document's sheet, its bytes."""
    subject = {"reference": f"Patient/{local_identity_id}"}
    sheet, content = f"urn:uuid:{uuid4()}", f"urn:uuid:{uuid4()}"
    document = {
        "resourceType": "DocumentReference",
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid4()}"},
        "status": "current",
        "type": {"coding": [{"system": LOINC, "code": "11490-0"}]},
        "category": [{"coding": [{"system": CLASSES, "code": "10"}]}],
        "subject": subject,
        "date": "2026-03-02T10:00:00+01:00",
        "content": [{"attachment": {"contentType": "application/pdf", "url": content, "title": "Lettre"}}],
    }
    binary = {
        "resourceType": "Binary",
        "contentType": "application/pdf",
        "data": base64.b64encode(pages.PDF).decode(),
    }
    submission = {
        "resourceType": "List",
        "status": "current",
        "mode": "working",
        "code": {
            "coding": [{"system": "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes", "code": "submissionset"}]
        },
        "subject": subject,
        "date": "2026-03-02T10:00:00+01:00",
        "entry": [{"item": {"reference": sheet}}],
    }
    entries = [(f"urn:uuid:{uuid4()}", submission), (sheet, document), (content, binary)]
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": url, "resource": one, "request": {"method": "POST", "url": one["resourceType"]}}
            for url, one in entries
        ],
    }


def provide(bundle, by=FEEDER):
    _, entries = entries_of(fhir.read_written(fhir.dumps(bundle)))
    return apply([asked_of(one) for one in entries], by=by, at=timezone.now())


def found(client, path, **params):
    response = client.get(f"/fhir/{path}", params)
    assert response.status_code == 200, response.content
    return [entry["resource"] for entry in response.json().get("entry", [])]


def test_iti_65_keeps_the_set_the_sheet_and_the_bytes_together(known):
    done = provide(a_bundle(known[1]))
    assert [one.status for one in done] == [201, 201, 201]
    submission, sheet = (fhir.loads(one.body) for one in done[:2])
    assert submission["entry"][0]["item"]["reference"] == f"DocumentReference/{done[1].id}"
    assert sheet["content"][0]["attachment"]["url"] == f"Binary/{done[2].id}"


def test_what_iti_65_brought_iti_66_67_and_68_give_back(known):
    provide(a_bundle(known[1]))
    client = pages.alice()
    (submission,) = found(client, "List", patient=str(known[1]), code="submissionset", status="current")
    (sheet,) = found(client, "DocumentReference", patient=str(known[1]), type=f"{LOINC}|11490-0")
    assert submission["entry"][0]["item"]["reference"] == f"DocumentReference/{sheet['id']}"
    bytes_ = client.get(f"/fhir/{sheet['content'][0]['attachment']['url']}", headers={"Accept": "application/pdf"})
    assert bytes_.content == pages.PDF
    assert found(client, "DocumentReference/$docref", patient=str(known[1])) == [sheet]


def test_the_class_that_the_sheet_bears_is_the_one_of_its_type():
    (translated,) = terminology.translate(LOINC, "11490-0", target=CLASSES)
    assert translated.concept.code == "10"
