"""Faults are found, named, and located."""

import pytest

from passerelle.protocols import fhir
from passerelle.protocols.fhir.tests.test_builders import a_patient, resources

PATIENT, ENCOUNTER, DOCUMENT, OBSERVATION = resources()

ALLERGY = {
    "resourceType": "AllergyIntolerance",
    "clinicalStatus": {
        "coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"},
        ]
    },
    "patient": {"reference": "Patient/1"},
}
REQUEST = {
    "resourceType": "MedicationRequest",
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": {"text": "Paracétamol"},
    "subject": {"reference": "Patient/1"},
}


def without(resource, name):
    return {one: part for one, part in resource.items() if one != name}


FAULTS = [
    (PATIENT | {"prenom": "x"}, "structure", "Patient.prenom"),
    (PATIENT | {"gender": "femme"}, "code-invalid", "Patient.gender"),
    (PATIENT | {"birthDate": "28/03/1979"}, "value", "Patient.birthDate"),
    (PATIENT | {"birthDate": "1979-02-30"}, "value", "Patient.birthDate"),
    (PATIENT | {"active": "true"}, "value", "Patient.active"),
    (PATIENT | {"name": {"family": "x"}}, "structure", "Patient.name"),
    (PATIENT | {"name": []}, "structure", "Patient.name"),
    (PATIENT | {"name": [{"family": ["x"]}]}, "structure", "Patient.name[0].family"),
    (PATIENT | {"name": [{"family": "x"}, {"use": "bis", "family": "y"}]}, "code-invalid", "Patient.name[1].use"),
    (PATIENT | {"id": "a/b"}, "value", "Patient.id"),
    (PATIENT | {"deceasedBoolean": True, "deceasedDateTime": "2026"}, "structure", "Patient.deceasedDateTime"),
    (PATIENT | {"contact": [{"gender": "male"}]}, "invariant", "Patient.contact[0]"),
    (PATIENT | {"managingOrganization": {"reference": "Patient/1"}}, "value", "Patient.managingOrganization.reference"),
    ({**ENCOUNTER, "status": None}, "value", "Encounter.status"),
    ({name: part for name, part in ENCOUNTER.items() if name != "status"}, "required", "Encounter.status"),
    ({name: part for name, part in ENCOUNTER.items() if name != "class"}, "required", "Encounter.class"),
    (ENCOUNTER | {"period": {"start": "2026-03-02", "end": "2026-03-01"}}, "invariant", "Encounter.period"),
    (ENCOUNTER | {"subject": {"reference": "le patient"}}, "value", "Encounter.subject.reference"),
    (ENCOUNTER | {"location": [{"status": "active"}]}, "required", "Encounter.location[0].location"),
    ({name: part for name, part in DOCUMENT.items() if name != "content"}, "required", "DocumentReference.content"),
    (DOCUMENT | {"date": "2026-03-01"}, "value", "DocumentReference.date"),
    (DOCUMENT | {"content": [{}]}, "structure", "DocumentReference.content[0]"),
    (OBSERVATION | {"valueString": "5"}, "structure", "Observation.valueString"),
    (OBSERVATION | {"dataAbsentReason": {"text": "x"}}, "invariant", "Observation.dataAbsentReason"),
    (OBSERVATION | {"valueQuantity": {"value": "5.4"}}, "value", "Observation.valueQuantity.value"),
    (OBSERVATION | {"valueQuantity": {"value": True}}, "value", "Observation.valueQuantity.value"),
    (OBSERVATION | {"issued": "2026-02-30T10:00:00Z"}, "value", "Observation.issued"),
    (OBSERVATION | {"note": [{"text": "a\x00b"}]}, "value", "Observation.note[0].text"),
    (OBSERVATION | {"extension": [{"url": "urn:x"}]}, "invariant", "Observation.extension[0]"),
    (OBSERVATION | {"subject": {"reference": "Practitioner/1"}}, "value", "Observation.subject.reference"),
    (OBSERVATION | {"subject": {"reference": "#p"}}, "value", "Observation.subject.reference"),
    (OBSERVATION | {"contained": [{"resourceType": "Patient"}]}, "required", "Observation.contained[0].id"),
    (
        OBSERVATION | {"contained": [{"resourceType": "Planet", "id": "p"}]},
        "value",
        "Observation.contained[0].resourceType",
    ),
    (
        OBSERVATION | {"text": {"status": "generated", "div": "<div><script>x</script></div>"}},
        "invariant",
        "Observation.text.div",
    ),
    (PATIENT | {"name": [{"given": [None, "Zoé"]}]}, "value", "Patient.name[0].given[0]"),
    (PATIENT | {"_birthDate": {"valeur": 1}}, "structure", "Patient._birthDate.valeur"),
    (ALLERGY | {"clinicalStatus": {"text": "active"}}, "code-invalid", "AllergyIntolerance.clinicalStatus"),
    (without(ALLERGY, "clinicalStatus"), "invariant", "AllergyIntolerance.clinicalStatus"),
    (without(REQUEST, "medicationCodeableConcept"), "required", "MedicationRequest.medication"),
    (
        REQUEST | {"medicationReference": {"reference": "Medication/1"}},
        "structure",
        "MedicationRequest.medicationReference",
    ),
]


@pytest.mark.parametrize(
    ("resource", "code", "expression"), FAULTS, ids=[fault[2] + "-" + fault[1] for fault in FAULTS]
)
def test_a_fault_is_named_and_located(resource, code, expression):
    found = [(issue.code, issue.expression) for issue in fhir.validate(resource)]

    assert found == [(code, expression)]


def test_an_unknown_type_is_refused():
    assert fhir.validate({"resourceType": "Account"})[0].expression == "resourceType"
    assert fhir.validate({"resourceType": ["Patient"]})[0].expression == "resourceType"


def test_a_primitive_may_be_left_to_its_extension():
    resource = a_patient() | {"name": [{"given": [None, "Zoé"], "_given": [{"id": "a"}, None]}]}

    assert fhir.validate(resource) == []


def test_no_more_than_fifty_faults_are_told():
    resource = a_patient() | {f"x{number}": 1 for number in range(200)}

    assert len(fhir.validate(resource)) == 50


def test_what_is_right_has_no_fault():
    for resource in (PATIENT, ENCOUNTER, DOCUMENT, OBSERVATION, ALLERGY, REQUEST):
        assert fhir.validate(resource) == []


def test_a_resource_nested_without_end_is_refused():
    section = {"title": "x", "text": {"status": "generated", "div": "<div>x</div>"}}
    for _ in range(200):
        section = {"title": "x", "section": [section]}
    resource = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "x"},
        "date": "2026",
        "author": [{"display": "x"}],
        "title": "x",
        "section": [section],
    }

    (issue,) = fhir.validate(resource)

    assert issue.text == "plus de 50 niveaux"


def test_references_out_of_a_resource_are_told_and_those_inside_it_are_not():
    resource = OBSERVATION | {
        "contained": [{"resourceType": "Device", "id": "d"}],
        "device": {"reference": "#d"},
        "derivedFrom": [{"reference": "urn:uuid:00000000-0000-4000-8000-000000000001"}],
    }

    told = fhir.check_resource(resource)

    assert told.issues == ()
    assert "urn:uuid:00000000-0000-4000-8000-000000000001" in {one["reference"] for one in told.references}
    assert "#d" not in {one["reference"] for one in told.references}


def test_many_faults_at_every_level_are_cut_short():
    item = {"x": 1}
    for _ in range(30):
        item = {"linkId": "1", "type": "string", "item": [item] * 2, **{f"x{n}": 1 for n in range(60)}}
        if len(str(item)) > 200_000:
            break

    found = fhir.validate({"resourceType": "Questionnaire", "status": "draft", "item": [item]})

    assert len(found) == 50
