"""Faults are found, named, and located."""

import pytest

from passerelle.protocols import fhir
from passerelle.protocols.fhir.tests.test_builders import a_patient, resources

PATIENT, ENCOUNTER, DOCUMENT, OBSERVATION = resources()

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
]


@pytest.mark.parametrize(
    ("resource", "code", "expression"), FAULTS, ids=[fault[2] + "-" + fault[1] for fault in FAULTS]
)
def test_a_fault_is_named_and_located(resource, code, expression):
    found = [(issue.code, issue.expression) for issue in fhir.validate(resource)]

    assert found == [(code, expression)]


def test_an_unknown_type_is_refused():
    assert fhir.validate({"resourceType": "Medication"})[0].expression == "resourceType"
    assert fhir.validate({"resourceType": ["Patient"]})[0].expression == "resourceType"


def test_a_primitive_may_be_left_to_its_extension():
    resource = a_patient() | {"name": [{"given": [None, "Zoé"], "_given": [{"id": "a"}, None]}]}

    assert fhir.validate(resource) == []


def test_no_more_than_fifty_faults_are_told():
    resource = a_patient() | {f"x{number}": 1 for number in range(200)}

    assert len(fhir.validate(resource)) == 50
