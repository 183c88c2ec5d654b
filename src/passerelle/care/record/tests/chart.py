"""Facts of a record for the tests of its pages: all invented."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from passerelle.care.record import api as record
from passerelle.protocols import fhir

ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
TERMS = "http://terminology.hl7.org/CodeSystem"


def stored(resource: dict, local: UUID, *, at: datetime | None = None) -> UUID:
    """Store a resource of a local identity; return its id."""
    whole = {"id": str(uuid4()), **resource}
    return record.put(whole, local_identity_id=local, at=at or timezone.now(), source="essai").id


def an_allergy(local: UUID, label="Pénicillines", *, criticality="high", code: dict | None = None, **more) -> UUID:
    resource = {
        "resourceType": "AllergyIntolerance",
        "patient": {"reference": f"Patient/{local}"},
        "clinicalStatus": {"coding": [{"system": f"{TERMS}/allergyintolerance-clinical", "code": "active"}]},
        "code": code or {"text": label},
        "criticality": criticality,
        "recordedDate": "2025-03-01T09:00:00Z",
        "recorder": {"display": "Dr Essai"},
    }
    return stored(resource | more, local)


def no_allergy(local: UUID) -> UUID:
    code = {"coding": [{"system": ABSENT, "code": "no-known-allergies"}], "text": "Aucune allergie connue"}
    return an_allergy(local, code=code)


def a_condition(local: UUID, label="Diabète de type 2", *, status="active") -> UUID:
    resource = {
        "resourceType": "Condition",
        "subject": {"reference": f"Patient/{local}"},
        "clinicalStatus": {"coding": [{"system": f"{TERMS}/condition-clinical", "code": status}]},
        "code": {"text": label},
        "onsetDateTime": "2019-05",
        "recordedDate": "2025-03-01T09:00:00Z",
    }
    return stored(resource, local)


def a_treatment(local: UUID, label="Metformine 500 mg", *, status="active") -> UUID:
    resource = {
        "resourceType": "MedicationStatement",
        "subject": {"reference": f"Patient/{local}"},
        "status": status,
        "medicationCodeableConcept": {"text": label},
        "effectivePeriod": {"start": "2024-01-20"},
        "dosage": [{"text": "1 comprimé matin et soir"}],
    }
    return stored(resource, local)


def a_prescription(local: UUID, *, at: datetime, days=5, status="active") -> UUID:
    resource = {
        "resourceType": "MedicationRequest",
        "subject": {"reference": f"Patient/{local}"},
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": {"text": "Amoxicilline 1 g"},
        "authoredOn": fhir.moment(at),
        "dispenseRequest": {"validityPeriod": {"end": fhir.moment(at + timedelta(days=days))}},
    }
    return stored(resource, local)


def an_implant(local: UUID) -> UUID:
    device = stored(
        {
            "resourceType": "Device",
            "patient": {"reference": f"Patient/{local}"},
            "manufacturer": "Fabricant fictif",
            "lotNumber": "FICTIF-12",
            "deviceName": [{"name": "Prothèse de genou", "type": "user-friendly-name"}],
        },
        local,
    )
    resource = {
        "resourceType": "DeviceUseStatement",
        "subject": {"reference": f"Patient/{local}"},
        "status": "active",
        "timingDateTime": "2025-09-07",
        "device": {"reference": f"Device/{device}"},
        "bodySite": {"text": "Genou droit"},
    }
    return stored(resource, local)


def a_vaccine(local: UUID, *, status="completed") -> UUID:
    resource = {
        "resourceType": "Immunization",
        "patient": {"reference": f"Patient/{local}"},
        "status": status,
        "vaccineCode": {"text": "Grippe saisonnière"},
        "occurrenceDateTime": "2025-10-12",
        "lotNumber": "F1",
    }
    return stored(resource, local)


def an_act(local: UUID, *, at: datetime, label="Cholécystectomie") -> UUID:
    resource = {
        "resourceType": "Procedure",
        "subject": {"reference": f"Patient/{local}"},
        "status": "completed",
        "code": {"text": label},
        "performedDateTime": fhir.moment(at),
    }
    return stored(resource, local)


def a_relative(local: UUID) -> UUID:
    resource = {
        "resourceType": "FamilyMemberHistory",
        "patient": {"reference": f"Patient/{local}"},
        "status": "completed",
        "relationship": {"text": "Mère"},
        "condition": [{"code": {"text": "Cancer du sein"}, "onsetAge": {"value": 48, "unit": "ans"}}],
    }
    return stored(resource, local)


def a_taking(
    local: UUID, *, at: datetime, values: dict[str, float], high=6.0, unit="mmol/L", with_report=False
) -> list[UUID]:
    """Store results taken together (label → value), and their report; return the ids."""
    ids = [
        stored(
            {
                "resourceType": "Observation",
                "status": "final",
                "category": [{"coding": [{"code": "laboratory"}]}],
                "code": {"coding": [{"system": fhir.LOINC, "code": label.lower(), "display": label}]},
                "subject": {"reference": f"Patient/{local}"},
                "effectiveDateTime": fhir.moment(at),
                "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
                "referenceRange": [{"low": {"value": 3, "unit": unit}, "high": {"value": high, "unit": unit}}],
            },
            local,
            at=at,
        )
        for label, value in values.items()
    ]
    if with_report:
        report = {
            "resourceType": "DiagnosticReport",
            "status": "final",
            "code": {"text": "Compte rendu d’examens biologiques"},
            "subject": {"reference": f"Patient/{local}"},
            "effectiveDateTime": fhir.moment(at),
            "result": [{"reference": f"Observation/{each}"} for each in ids],
        }
        ids.append(stored(report, local, at=at))
    return ids
