"""Patients, stays and reports for the tests of the record. All invented."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from passerelle.protocols.fhir import api as fhir

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LOINC = "http://loinc.org"


def at(hours: float) -> datetime:
    """Return a moment some hours after the noon of the tests."""
    return NOON + timedelta(hours=hours)


def a_patient(local_identity_id: UUID, family: str = "Étoile-Dupont", **more: Any) -> dict[str, Any]:
    return fhir.patient(
        str(local_identity_id),
        identifiers=[fhir.identifier("0001", system="urn:oid:1.2.0", type_code="PI")],
        names=[fhir.human_name(family, ["Zoé", "Anne"])],
        gender="female",
        birth_date="1984-03-12",
        **more,
    )


def a_stay(local_identity_id: UUID, *, start: str = "2026-03-02T12:00:00Z", **more: Any) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "status": "finished",
        "encounter_class": fhir.coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "IMP"),
        "period": fhir.period(start, "2026-03-05T09:00:00Z"),
        "identifier": [fhir.identifier("N1", system="urn:oid:1.2.3", type_code="VN")],
    }
    return fhir.encounter(str(uuid4()), subject=fhir.reference(f"Patient/{local_identity_id}"), **(parts | more))


def a_report(local_identity_id: UUID, *, stay: str | None = None, **more: Any) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "document_type": fhir.codeable_concept(fhir.coding(LOINC, "11502-2", "CR de biologie")),
        "content": [fhir.attachment("text/xml", url=f"Binary/{uuid4()}", title="Compte rendu")],
        "date": "2026-03-03T08:00:00Z",
        "masterIdentifier": fhir.identifier("1.2.3.4", system="urn:ietf:rfc:3986"),
        "context": fhir.pruned({"encounter": [fhir.reference(f"Encounter/{stay}")] if stay else None}),
    }
    return fhir.document_reference(
        str(uuid4()), subject=fhir.reference(f"Patient/{local_identity_id}"), **(parts | more)
    )


def a_result(local_identity_id: UUID, *, value: float = 5.4, **more: Any) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "code": fhir.codeable_concept(fhir.coding(LOINC, "2345-7", "Glucose")),
        "value": {"valueQuantity": fhir.quantity(value, "mmol/L", code="mmol/L")},
        "effectiveDateTime": "2026-03-03T07:30:00+01:00",
    }
    return fhir.observation(str(uuid4()), subject=fhir.reference(f"Patient/{local_identity_id}"), **(parts | more))
