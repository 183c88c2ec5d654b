"""Who writes by FHIR in the tests, and what: all invented."""

import json
from uuid import uuid4

from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.care.record.tests import pages
from passerelle.protocols import fhir

FHIR_JSON = "application/fhir+json"
CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"


def send(client, method, path, body=None, *, kind=FHIR_JSON, **headers):
    """Send a write; `body` is a resource or a text."""
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.generic(method, f"/fhir/{path}", b"" if body is None else text, content_type=kind, headers=headers)


def issues(response):
    body = response.json()
    assert body["resourceType"] == "OperationOutcome", body
    assert response["Content-Type"].startswith(FHIR_JSON)
    return body["issue"]


def the_issue(response):
    (one,) = issues(response)
    return one["code"], one.get("expression", [""])[0]


def a_result(patient, **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": fhir.LOINC, "code": "2345-7"}], "text": "Glycémie"},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2026-03-02T10:00:00+01:00",
        "valueQuantity": {"value": 5.4, "unit": "mmol/L"},
        **more,
    }


def an_allergy(patient, **more):
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": {"coding": [{"system": CLINICAL, "code": "active"}]},
        "code": {"text": "Pénicilline"},
        "patient": {"reference": f"Patient/{patient}"},
        **more,
    }


def a_known_patient(*establishments):
    """Return a person treated at aphm, their local identity there, and a stay."""
    person_id, here = pages.a_person(*(establishments or ("aphm",)))
    return person_id, here, pages.a_stay(here, days=10, documents=0, results=0)


def in_the_directory(resource, establishment="aphm"):
    """Store a resource of nobody's; return its address."""
    id_ = str(uuid4())
    record.put(
        resource | {"id": id_}, local_identity_id=NOBODY, at=timezone.now(), source="essai", establishment=establishment
    )
    return f"{resource['resourceType']}/{id_}"


def stored(type_, id_):
    return record.read(type_, id_)
