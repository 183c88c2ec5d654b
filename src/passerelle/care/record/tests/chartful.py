"""A small chart for the tests of FHIR searches: a practitioner, a result, a condition, a panel. All invented."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.care.record.rules.kinds import NOBODY
from passerelle.protocols.fhir import api as fhir

SNOMED = "http://snomed.info/sct"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def stored(resource: dict[str, Any], local_identity_id: UUID = NOBODY, *, days: int = 5, place: str = "aphm") -> str:
    """Store a resource; return its id."""
    at = timezone.now() - timedelta(days=days)
    whose = place if local_identity_id != NOBODY else ""
    return str(record.put(resource, local_identity_id=local_identity_id, at=at, source="essai", establishment=whose).id)


def concept(system: str, code: str, text: str = "") -> dict[str, Any]:
    return fhir.codeable_concept(fhir.coding(system, code, text or None), text=text or None)


def a_practitioner(family: str = "Reynaud") -> dict[str, Any]:
    return {
        "resourceType": "Practitioner",
        "id": str(uuid4()),
        "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": f"9{uuid4().int % 10**9:09d}"}],
        "name": [{"family": family, "given": ["Ève"]}],
    }


def a_result(who: UUID, **more: Any) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "code": concept(fhir.LOINC, "2345-7", "Glucose"),
        "value": {"valueQuantity": fhir.quantity(5.4, "mmol/L", code="mmol/L")},
        "effectiveDateTime": "2026-03-03T07:30:00+01:00",
    }
    return fhir.observation(str(uuid4()), subject=fhir.reference(f"Patient/{who}"), **(parts | more))


def a_pressure(who: UUID, systolic: float, diastolic: float) -> dict[str, Any]:
    component = [
        {"code": concept(fhir.LOINC, code), "valueQuantity": fhir.quantity(value, "mmHg", code="mm[Hg]")}
        for code, value in (("8480-6", systolic), ("8462-4", diastolic))
    ]
    found = a_result(who, code=concept(fhir.LOINC, "85354-9", "Tension artérielle"), value={})
    return found | {"component": component}


def a_condition(who: UUID, **more: Any) -> dict[str, Any]:
    told = {
        "resourceType": "Condition",
        "id": str(uuid4()),
        "clinicalStatus": concept(CLINICAL, "active"),
        "code": concept(SNOMED, "44054006", "Diabète de type 2"),
        "subject": {"reference": f"Patient/{who}"},
        "onsetDateTime": "2019-05",
        "recordedDate": "2020-01-15",
    }
    return told | more
