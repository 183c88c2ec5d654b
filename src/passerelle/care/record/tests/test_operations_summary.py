"""`Patient/[id]/$summary`. https://hl7.org/fhir/uv/ips/STU1.1/StructureDefinition-Bundle-uv-ips.html."""

from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from django.utils import timezone

from passerelle.care.identity import api as identity
from passerelle.care.record import api as record
from passerelle.care.record.rules.ips.sections import date_of, filled
from passerelle.care.record.rules.ips.wording import concept_text, day, line_of
from passerelle.care.record.rules.patients import patient_of
from passerelle.care.record.tests import pages
from passerelle.core.audit.models import AuditEvent
from passerelle.protocols import fhir

pytestmark = pytest.mark.django_db
LOINC = "http://loinc.org"
ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
CLINICAL = "http://terminology.hl7.org/CodeSystem"


@pytest.fixture(autouse=True)
def ground(db):
    pages.lay_the_ground()


@pytest.fixture
def known():
    """Return a person known at two hospitals, with a stay at the first, and their file there."""
    person_id, here = pages.a_person("aphm", "arles")
    pages.a_stay(here, documents=0, results=1)
    for one in identity.local_identities(person_id):
        resource = patient_of(identity.local_traits(one.id), place={"display": one.establishment})
        record.put(resource, local_identity_id=one.id, at=timezone.now(), source="essai")
    return person_id, here


def keep(local_identity_id, type_, **parts):
    name = "patient" if type_ in {"AllergyIntolerance", "Immunization"} else "subject"
    resource = {"resourceType": type_, name: {"reference": f"Patient/{local_identity_id}"}, **parts}
    return record.put(resource, local_identity_id=local_identity_id, at=timezone.now(), source="essai").id


def coded(code, system=CLINICAL):
    return {"coding": [{"system": system, "code": code}]}


def told(text):
    return {"text": text}


def ask(client, local_identity_id, **params):
    return client.get(f"/fhir/Patient/{local_identity_id}/$summary", params)


def document(client, local_identity_id):
    response = ask(client, local_identity_id)
    assert response.status_code == 200, response.content
    return response.json()


def sections(bundle):
    return {one["code"]["coding"][0]["code"]: one for one in bundle["entry"][0]["resource"]["section"]}


def text_of(section):
    return "".join(ET.fromstring(section["text"]["div"]).itertext())


def test_it_is_a_document_whose_composition_comes_first_and_patient_second(known):
    bundle = document(pages.alice(), known[1])
    assert (bundle["type"], bundle["identifier"]["system"]) == ("document", "urn:ietf:rfc:3986")
    composition, patient = (entry["resource"] for entry in bundle["entry"][:2])
    assert composition["type"]["coding"][0]["code"] == "60591-5"
    assert (composition["status"], patient["id"]) == ("final", str(known[1]))
    assert composition["subject"] == {"reference": f"Patient/{known[1]}"}


def test_each_resource_is_valid_and_each_reference_of_the_composition_is_in_the_bundle(known):
    keep(known[1], "Condition", code=told("Asthme"), clinicalStatus=coded("active", f"{CLINICAL}/condition-clinical"))
    bundle = document(pages.alice(), known[1])
    present = {f"{one['resource']['resourceType']}/{one['resource']['id']}" for one in bundle["entry"]}
    composition = bundle["entry"][0]["resource"]
    named = [entry["reference"] for section in composition["section"] for entry in section["entry"]]
    assert {*named, composition["subject"]["reference"], composition["author"][0]["reference"]} <= present
    faults = [(one["resource"]["resourceType"], fhir.validate(one["resource"])) for one in bundle["entry"]]
    assert [pair for pair in faults if pair[1]] == []
    assert len({one["fullUrl"] for one in bundle["entry"]}) == len(bundle["entry"])


def test_required_sections_without_anything_say_so_by_code_and_in_french(known):
    bundle = document(pages.alice(), known[1])
    found = sections(bundle)
    held = {f"{one['resource']['resourceType']}/{one['resource']['id']}": one["resource"] for one in bundle["entry"]}
    codes = {}
    for code in ("48765-2", "10160-0", "11450-4"):
        (entry,) = found[code]["entry"]
        resource = held[entry["reference"]]
        concept = resource.get("code") or resource["medicationCodeableConcept"]
        codes[code] = concept["coding"][0]["code"]
        assert concept["coding"][0]["system"] == ABSENT
        assert text_of(found[code]).startswith("Aucune information")
    assert codes == {"48765-2": "no-allergy-info", "10160-0": "no-medication-info", "11450-4": "no-problem-info"}
    assert "11369-6" not in found


def test_each_section_takes_what_is_its_own_from_every_establishment(known):
    person_id, here = known
    arles = pages.local_of(person_id, "arles")
    active = coded("active", f"{CLINICAL}/condition-clinical")
    resolved = coded("resolved", f"{CLINICAL}/condition-clinical")
    keep(here, "Condition", code=coded("I10", "http://hl7.org/fhir/sid/icd-10"), clinicalStatus=active)
    keep(arles, "Condition", code=told("Appendicite"), clinicalStatus=resolved, onsetDateTime="1987")
    keep(
        arles,
        "AllergyIntolerance",
        code=told("Pénicilline"),
        criticality="high",
        clinicalStatus=coded("active", f"{CLINICAL}/allergyintolerance-clinical"),
    )
    keep(
        here,
        "MedicationStatement",
        status="active",
        medicationCodeableConcept=told("Ramipril"),
        dosage=[told("5 mg le matin")],
    )
    keep(here, "MedicationStatement", status="stopped", medicationCodeableConcept=told("Amoxicilline"))
    keep(here, "Immunization", status="completed", vaccineCode=told("Tétanos"), occurrenceDateTime="2021-03-01")
    keep(here, "Procedure", status="completed", code=told("Prothèse de hanche"), performedDateTime="2020-05")
    found = {code: text_of(one) for code, one in sections(document(pages.alice(), here)).items()}
    assert found["11450-4"] == "Hypertension essentielle (primitive)"
    assert found["11348-0"] == "Appendicite (1987)"
    assert found["48765-2"] == "Pénicilline, gravité potentielle élevée"
    assert found["10160-0"] == "Ramipril, 5 mg le matin"
    assert found["11369-6"] == "Tétanos (1er mars 2021)"
    assert found["47519-4"] == "Prothèse de hanche (mai 2020)"
    assert found["30954-2"].startswith("Glucose, 5")


def test_every_resource_is_told_of_the_one_patient_of_the_document(known):
    person_id, here = known
    keep(pages.local_of(person_id, "arles"), "Condition", code=told("Asthme"))
    bundle = document(pages.alice(), here)
    subjects = {one["resource"].get("subject", {}).get("reference") for one in bundle["entry"]} - {None}
    assert subjects == {f"Patient/{here}"}


def test_a_narrative_runs_nothing(known):
    keep(known[1], "Condition", code=told("<script>alert(1)</script> & co"))
    section = sections(document(pages.alice(), known[1]))["11450-4"]
    assert "<script>" not in section["text"]["div"]
    assert text_of(section) == "<script>alert(1)</script> & co"


def test_what_is_refuted_or_a_mistake_is_left_out(known):
    keep(
        known[1],
        "Condition",
        code=told("Asthme"),
        verificationStatus=coded("refuted", f"{CLINICAL}/condition-ver-status"),
    )
    keep(known[1], "Procedure", status="entered-in-error", code=told("Erreur"))
    found = sections(document(pages.alice(), known[1]))
    assert text_of(found["11450-4"]).startswith("Aucune information")
    assert "47519-4" not in found


def test_who_may_not_read_the_record_gets_what_does_not_exist(known):
    absent = ask(pages.alice(), uuid4())
    assert (ask(pages.bob(), known[1]).status_code, ask(pages.bob(), known[1]).content) == (404, absent.content)
    assert AuditEvent.objects.filter(target=f"fhir:Patient/{known[1]}/$summary", outcome="denied").count() == 2
    assert ask(pages.the_patient(known[0]), known[1]).status_code == 200


def test_another_profile_is_refused(known):
    response = ask(pages.alice(), known[1], profile="http://nowhere/profile")
    assert (response.status_code, response.json()["issue"][0]["expression"]) == (400, ["profile"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01", "1er mars 2026"),
        ("2026-03-02T10:00:00Z", "2 mars 2026"),
        ("2026-08", "août 2026"),
        ("2026", "2026"),
        ("2026-13", ""),
        ("hier", ""),
    ],
)
def test_dates_are_told_in_french_with_their_precision(text, expected):
    assert day(text) == expected


def test_a_concept_is_told_as_written_else_by_its_label_else_by_its_code():
    coding = {"system": LOINC, "code": "718-7", "display": "Hemoglobin"}
    assert concept_text({"text": "Hb", "coding": [coding]}) == "Hb"
    assert concept_text({"coding": [coding]}) == "Hémoglobine"
    assert concept_text({"coding": [{"system": "urn:x", "code": "1", "display": "Un"}]}) == "Un"
    assert concept_text({"coding": [{"system": "urn:x", "code": "1"}]}) == "1"
    assert concept_text("x") == ""


def test_results_are_the_latest_and_vital_signs_the_latest_of_each():
    def observed(code, when, category):
        return {
            "resourceType": "Observation",
            "id": f"{code}-{when}",
            "status": "final",
            "category": [coded(category)],
            "code": coded(code, LOINC),
            "effectiveDateTime": when,
        }

    vitals = [observed("8867-4", f"2026-03-{n:02}", "vital-signs") for n in range(1, 4)]
    results = [observed("718-7", f"2026-01-{n % 28 + 1:02}", "laboratory") for n in range(40)]
    found = {one.section.code: one.resources for one in filled([*vitals, *results])}
    assert [one["id"] for one in found["8716-3"]] == ["8867-4-2026-03-03"]
    assert len(found["30954-2"]) == 30
    dates = [date_of(one) for one in found["30954-2"]]
    assert dates == sorted(dates, reverse=True)


def test_a_blood_pressure_tells_its_components():
    parts = [{"code": told("systolique"), "valueQuantity": {"value": 120, "code": "mm[Hg]"}}]
    assert (
        line_of({"resourceType": "Observation", "code": told("TA"), "component": parts})
        == "TA, systolique 120\u00a0mmHg"
    )
