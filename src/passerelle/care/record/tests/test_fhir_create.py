"""The `create` interaction. https://hl7.org/fhir/R4/http.html#create, https://hl7.org/fhir/R4/http.html#ccreate."""

import json
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.care.record.tests import pages
from passerelle.care.record.tests.writers import (
    a_known_patient,
    a_result,
    an_allergy,
    in_the_directory,
    issues,
    send,
    the_issue,
)
from passerelle.core.audit import api as audit
from passerelle.core.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def known():
    return a_known_patient("aphm", "arles")


def test_a_resource_created_gets_an_id_a_version_and_its_address(known):
    _, here, stay = known
    response = send(
        pages.alice(), "POST", "Observation", a_result(here, encounter={"reference": f"Encounter/{stay}"}, id="mine")
    )
    told = response.json()
    assert response.status_code == 201
    assert UUID(told["id"])
    assert (told["meta"]["versionId"], response["ETag"]) == ("1", 'W/"1"')
    assert response["Location"] == f"http://testserver/fhir/Observation/{told['id']}/_history/1"
    assert "GMT" in response["Last-Modified"]
    held = record.read("Observation", UUID(told["id"]))
    assert (held.local_identity_id, held.establishment) == (here, "aphm")
    assert held.source.startswith("account:")


def test_what_is_created_can_be_read_and_found(known):
    _, here, _ = known
    client = pages.alice()
    id_ = send(client, "POST", "Observation", a_result(here)).json()["id"]
    assert client.get(f"/fhir/Observation/{id_}").json()["id"] == id_
    found = client.get(f"/fhir/Observation?patient={here}&code=2345-7").json()
    assert [one["resource"]["id"] for one in found["entry"]] == [id_]


def test_what_is_created_keeps_its_digits_its_characters_and_its_order(known):
    _, here, _ = known
    text = json.dumps(a_result(here)).replace("5.4", "5.40000000000000000001").replace("Glyc", "\\u2713 Glyc")
    client = pages.alice()
    id_ = send(client, "POST", "Observation", text).json()["id"]

    def exactly(content):
        told = json.loads(content, parse_float=Decimal)
        return {name: part for name, part in told.items() if name not in {"id", "meta"}}

    assert exactly(client.get(f"/fhir/Observation/{id_}").content) == exactly(text)
    assert exactly(record.read("Observation", UUID(id_)).body) == exactly(text)


@pytest.mark.parametrize(
    ("preference", "type_"),
    [
        ("return=minimal", None),
        ("return=representation", "Observation"),
        ("return=OperationOutcome", "OperationOutcome"),
    ],
)
def test_the_writer_gets_back_what_it_prefers(known, preference, type_):
    response = send(pages.alice(), "POST", "Observation", a_result(known[1]), prefer=preference)
    assert response.status_code == 201
    assert (response.json()["resourceType"] if response.content else None) == type_
    assert response["Location"]


def test_a_conditional_create_makes_nothing_when_one_is_there(known):
    _, here, _ = known
    client, number = pages.alice(), {"identifier": [{"system": "urn:x", "value": "7"}]}
    condition = f"identifier=urn:x|7&patient={here}"
    first = send(client, "POST", "Observation", a_result(here, **number), if_none_exist=condition)
    again = send(client, "POST", "Observation", a_result(here, **number), if_none_exist=condition)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    send(client, "POST", "Observation", a_result(here, **number))
    several = send(client, "POST", "Observation", a_result(here, **number), if_none_exist=condition)
    assert (several.status_code, the_issue(several)[0]) == (412, "multiple-matches")


@pytest.mark.parametrize(
    ("change", "expression"),
    [
        ({"status": "fini"}, "Observation.status"),
        ({"valeur": 1}, "Observation.valeur"),
        ({"effectiveDateTime": "hier"}, "Observation.effectiveDateTime"),
        ({"valueString": "x"}, "Observation.valueString"),
        ({"note": [{"text": "a\x00b"}]}, "Observation.note[0].text"),
    ],
)
def test_a_wrong_resource_is_refused_by_its_element_and_nothing_is_stored(known, change, expression):
    before = AuditEvent.objects.count()
    response = send(pages.alice(), "POST", "Observation", a_result(known[1]) | change)
    assert response.status_code == 422
    assert issues(response)[0]["expression"] == [expression]
    assert len(list(record.stream("Observation"))) == 0
    trace = AuditEvent.objects.order_by("-id")[0]
    assert AuditEvent.objects.count() == before + 1 or trace.action == audit.Action.WRITE_REFUSED.value
    assert trace.detail["issues"][0]["expression"] == expression


@pytest.mark.parametrize(
    ("subject", "code"),
    [({"reference": f"Patient/{uuid4()}"}, "not-found"), ({"display": "Zoé"}, "required"), (None, "required")],
)
def test_a_resource_of_a_patient_says_whose_it_is(known, subject, code):
    resource = a_result(known[1]) | {"subject": subject}
    if subject is None:
        del resource["subject"]
    response = send(pages.alice(), "POST", "Observation", resource)
    assert response.status_code == 422
    assert the_issue(response)[0] == code
    assert the_issue(response)[1].startswith("Observation.subject")


def test_references_lead_to_what_exists_of_the_same_patient(known):
    _, here, _ = known
    _, _, other_stay = a_known_patient("aphm")
    client = pages.alice()
    for reference in (f"Encounter/{uuid4()}", f"Encounter/{other_stay}", "Encounter/x", f"Account/{uuid4()}"):
        refused = send(client, "POST", "Observation", a_result(here, encounter={"reference": reference}))
        assert refused.status_code == 422, reference
        assert the_issue(refused)[1] == "Observation.encounter.reference"
    practitioner = in_the_directory({"resourceType": "Practitioner", "name": [{"family": "Essai"}]})
    accepted = send(client, "POST", "Observation", a_result(here, performer=[{"reference": practitioner}]))
    assert accepted.status_code == 201
    outside = {"reference": "https://exemple.invalid/fhir/Practitioner/1"}
    assert send(client, "POST", "Observation", a_result(here, performer=[outside])).status_code == 201


def test_who_does_not_treat_the_patient_learns_nothing(known):
    _, here, _ = known
    known_one = send(pages.bob(), "POST", "Observation", a_result(here))
    absent = send(pages.bob(), "POST", "Observation", a_result(uuid4()))
    assert (known_one.status_code, absent.status_code) == (422, 422)
    assert [one["code"] for one in issues(known_one)] == [one["code"] for one in issues(absent)]


def test_who_may_read_and_not_write_is_told_so(known):
    person_id, here, _ = known
    response = send(pages.the_patient(person_id), "POST", "AllergyIntolerance", an_allergy(here))
    assert (response.status_code, the_issue(response)[0]) == (403, "forbidden")
    trace = AuditEvent.objects.order_by("-id")[0]
    assert (trace.outcome, trace.person_id) == ("denied", person_id)


def test_a_write_is_told_to_the_patient(known):
    person_id, here, _ = known
    client, before = pages.alice(), len(audit.accesses_to(person_id, limit=50))
    send(client, "POST", "AllergyIntolerance", an_allergy(here))
    after = audit.accesses_to(person_id, limit=50)
    assert len(after) == before + 1
    assert after[0].action_label == "Dossier complété"


def test_the_session_of_a_browser_is_not_enough_without_its_token(known):
    _, here, _ = known
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = pages.alice().cookies
    response = send(forged, "POST", "AllergyIntolerance", an_allergy(here))
    assert (response.status_code, the_issue(response)[0]) == (403, "forbidden")
    assert list(record.stream("AllergyIntolerance")) == []


@pytest.mark.parametrize(
    ("kind", "status"),
    [("application/fhir+json; charset=utf-8", 201), ("application/json", 201), ("application/fhir+xml", 415),
     ("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("application/json; charset=latin-1", 415)],
)  # fmt: skip
def test_only_json_is_taken(known, kind, status):
    assert send(pages.alice(), "POST", "Observation", a_result(known[1]), kind=kind).status_code == status


def test_the_type_of_the_address_is_that_of_the_resource(known):
    response = send(pages.alice(), "POST", "Encounter", a_result(known[1]))
    assert (response.status_code, the_issue(response)) == (400, ("invalid", "resourceType"))


def test_a_patient_is_made_by_an_application_through_identity():
    """An application of an establishment opens a file there; the number is its own."""


def test_clinicians_do_not_open_files(known):
    patient = {"resourceType": "Patient", "name": [{"family": "Essai"}]}
    response = send(pages.alice(), "POST", "Patient", patient)
    assert (response.status_code, the_issue(response)[0]) == (403, "forbidden")
    assert identity.search_people("Essai") == []


@pytest.mark.parametrize(
    "made",
    [
        a_result,
        lambda patient: {
            "resourceType": "QuestionnaireResponse",
            "status": "completed",
            "subject": {"reference": f"Patient/{patient}"},
        },
        lambda patient: {
            "resourceType": "Communication",
            "status": "completed",
            "subject": {"reference": f"Patient/{patient}"},
        },
    ],
    ids=["result", "form", "message"],
)
def test_a_patient_writes_nothing_that_would_pass_for_the_hospitals(known, made):
    person_id, here, _ = known
    resource = made(here)
    response = send(pages.the_patient(person_id), "POST", resource["resourceType"], resource)
    assert (response.status_code, the_issue(response)) == (422, ("business-rule", resource["resourceType"]))
    assert record.search(resource["resourceType"], {"patient": [str(here)]}).rows == ()


def test_a_patient_does_not_write_over_what_a_team_answered(known):
    person_id, here, _ = known
    said = {
        "resourceType": "Communication",
        "status": "completed",
        "subject": {"reference": f"Patient/{here}"},
        "payload": [{"contentString": "Arrêtez ce traitement."}],
        "id": str(uuid4()),
    }
    id_ = record.put(said, local_identity_id=here, at=timezone.now(), source="messaging").id
    changed = said | {"payload": [{"contentString": "Continuez ce traitement."}]}
    response = send(pages.the_patient(person_id), "PUT", f"Communication/{id_}", changed)
    assert response.status_code == 422
    assert "Arrêtez" in record.read("Communication", id_).body
