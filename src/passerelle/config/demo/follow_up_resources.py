"""FHIR resources of a long follow-up: results outside a stay, their reports, measures, appointments, old reports."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from passerelle.config.demo.fact_resources import TERMS, Origin
from passerelle.config.demo.resources import (
    CATEGORIES,
    INTERPRETATION_LABELS,
    INTERPRETATIONS,
    LOINC,
    Json,
    moment,
    organisation,
    quantity,
)
from passerelle.protocols.cda import LabResult

VISIT = timedelta(minutes=30)


def result(resource_id: str, measured: LabResult, origin: Origin) -> Json:
    """Return the Observation of a result that belongs to no stay."""
    flag = measured.interpretation
    coding = {"system": INTERPRETATIONS, "code": flag, "display": INTERPRETATION_LABELS[flag]}
    return _observation(resource_id, (measured.loinc, measured.label), "laboratory", origin) | {
        "valueQuantity": quantity(measured.value, measured.unit),
        "interpretation": [{"coding": [coding]}],
        "referenceRange": [
            {"low": quantity(measured.low, measured.unit), "high": quantity(measured.high, measured.unit)}
        ],
    }


def vital_sign(resource_id: str, measure: Json, value: float, origin: Origin) -> Json:
    """Return the Observation of a measure taken at the bedside."""
    named = measure["code"], measure["label"]
    return _observation(resource_id, named, "vital-signs", origin) | {"valueQuantity": quantity(value, measure["unit"])}


def _observation(resource_id: str, named: tuple[str, str], category: str, origin: Origin) -> Json:
    code, label = named
    return {
        "resourceType": "Observation",
        "id": resource_id,
        "status": "final",
        "category": [{"coding": [{"system": CATEGORIES, "code": category}]}],
        "code": {"coding": [{"system": LOINC, "code": code, "display": label}], "text": label},
        "subject": origin.subject,
        "effectiveDateTime": moment(origin.at),
        "performer": [organisation(origin.hospital)],
    }


def lab_report(resource_id: str, result_ids: Sequence[str], origin: Origin) -> Json:
    """Return the report that holds these results."""
    return {
        "resourceType": "DiagnosticReport",
        "id": resource_id,
        "status": "final",
        "category": [{"coding": [{"system": f"{TERMS}/v2-0074", "code": "LAB", "display": "Laboratory"}]}],
        "code": {
            "coding": [{"system": LOINC, "code": "11502-2", "display": "CR d’examens biologiques"}],
            "text": "Compte rendu d’examens biologiques",
        },
        "subject": origin.subject,
        "effectiveDateTime": moment(origin.at),
        "issued": moment(origin.at + timedelta(hours=4)),
        "performer": [organisation(origin.hospital)],
        "resultsInterpreter": [origin.author],
        "result": [{"reference": f"Observation/{each}"} for each in result_ids],
    }


def pdf(resource_id: str, report: Json, origin: Origin, *, content_id: UUID, size: int) -> Json:
    """Return the DocumentReference of a report kept as a PDF."""
    title = f"{report['title']}, {report['service'].lower()}"
    attachment = {
        "contentType": "application/pdf",
        "language": "fr-FR",
        "url": f"Binary/{content_id}",
        "size": size,
        "title": title,
        "creation": moment(origin.at),
    }
    return {
        "resourceType": "DocumentReference",
        "id": resource_id,
        "status": "current",
        "docStatus": "final",
        "type": {
            "coding": [{"system": LOINC, "code": report["code"], "display": report["title"]}],
            "text": report["title"],
        },
        "subject": origin.subject,
        "date": moment(origin.at),
        "author": [origin.author],
        "custodian": organisation(origin.hospital),
        "content": [{"attachment": attachment}],
    }


def appointment(resource_id: str, service: str, origin: Origin, *, is_over: bool) -> Json:
    """Return an appointment: kept when it is over, booked otherwise."""
    return {
        "resourceType": "Appointment",
        "id": resource_id,
        "status": "fulfilled" if is_over else "booked",
        "serviceType": [{"text": service}],
        "start": moment(origin.at),
        "end": moment(origin.at + VISIT),
        "minutesDuration": 30,
        "participant": [
            {"actor": origin.subject, "status": "accepted"},
            {"actor": origin.author, "status": "accepted"},
            {"actor": {"display": origin.hospital.places[0].site_name}, "status": "accepted"},
        ],
    }
