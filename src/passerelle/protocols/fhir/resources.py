"""Builders of the R4 resources of the record. `more` takes any other element under its FHIR name."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from passerelle.protocols.fhir.codec import Json
from passerelle.protocols.fhir.datatypes import moment, pruned


def patient(
    resource_id: str | None = None,
    *,
    identifiers: Sequence[Json] = (),
    names: Sequence[Json] = (),
    gender: str | None = None,
    birth_date: date | str | None = None,
    **more: Any,
) -> Json:
    """Return a Patient; `gender` is male, female, other or unknown."""
    parts = {
        "resourceType": "Patient",
        "id": resource_id,
        "identifier": list(identifiers),
        "name": list(names),
        "gender": gender,
        "birthDate": moment(birth_date),
    }
    return pruned(parts | more)


def encounter(
    resource_id: str | None = None,
    *,
    status: str,
    encounter_class: Json,
    subject: Json,
    period: Json | None = None,
    **more: Any,
) -> Json:
    """Return an Encounter; `encounter_class` is a Coding of v3 ActCode (IMP, AMB, EMER, SS…)."""
    parts = {
        "resourceType": "Encounter",
        "id": resource_id,
        "status": status,
        "class": encounter_class,
        "subject": subject,
        "period": period,
    }
    return pruned(parts | more)


def document_reference(
    resource_id: str | None = None,
    *,
    status: str = "current",
    subject: Json,
    content: Sequence[Json],
    document_type: Json | None = None,
    **more: Any,
) -> Json:
    """Return a DocumentReference; `content` holds Attachments, `status` is current or superseded."""
    parts = {
        "resourceType": "DocumentReference",
        "id": resource_id,
        "status": status,
        "type": document_type,
        "subject": subject,
        "content": [{"attachment": each} for each in content],
    }
    return pruned(parts | more)


def observation(
    resource_id: str | None = None,
    *,
    status: str = "final",
    code: Json,
    subject: Json,
    value: Json | None = None,
    **more: Any,
) -> Json:
    """Return an Observation; `value` is its one `value[x]` pair, such as {"valueQuantity": quantity(…)}."""
    parts = {"resourceType": "Observation", "id": resource_id, "status": status, "code": code, "subject": subject}
    return pruned(parts | (value or {}) | more)


def appointment(
    resource_id: str | None = None,
    *,
    status: str,
    start: datetime | str | None,
    end: datetime | str | None,
    participants: Sequence[Json],
    **more: Any,
) -> Json:
    """Return an Appointment; the patient is one of the participants (`participant(reference)`)."""
    parts = {
        "resourceType": "Appointment",
        "id": resource_id,
        "status": status,
        "start": moment(start),
        "end": moment(end),
        "participant": list(participants),
    }
    return pruned(parts | more)


def participant(actor: Json, *, status: str = "accepted") -> Json:
    """Return a participant of an Appointment."""
    return {"actor": actor, "status": status}
