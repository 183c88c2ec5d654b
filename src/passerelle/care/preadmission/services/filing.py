"""What a sent pre-admission leaves in the record: Coverage, RelatedPerson, and the wishes as a Consent (R4)."""

from datetime import datetime
from typing import Any, Final
from uuid import uuid5

from passerelle.care.preadmission.rules.vocabulary import Directives, Regime, Step
from passerelle.care.preadmission.selectors.rows import PreadmissionRow
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.protocols import fhir

SOURCE: Final = "preadmission"
_SYSTEM: Final = "urn:passerelle:preadmission"
_KNOWN: Final = frozenset({Directives.HERE.value, Directives.NATIONAL.value})


def file_in_record(row: PreadmissionRow, *, at: datetime) -> None:
    """Put in the record what the steps told, in the caller's transaction; the same again changes nothing."""
    with access.as_machine():
        for resource in (*_coverages(row), *_relatives(row), *_directives(row, at)):
            record.put(
                fhir.pruned(resource),
                local_identity_id=row.local_identity_id,
                at=at,
                source=SOURCE,
                establishment=row.establishment,
            )


def _id(row: PreadmissionRow, part: str) -> str:
    """Return the id of a part: one for the whole life of the pre-admission."""
    return str(uuid5(row.id, part))


def _patient(row: PreadmissionRow) -> dict[str, str]:
    return {"reference": f"Patient/{row.local_identity_id}"}


def _coverages(row: PreadmissionRow) -> list[dict[str, Any]]:
    """Return the compulsory coverage, and the complementary one when there is one."""
    told = row.step(Step.COVERAGE).answers
    regime = Regime(told.get("regime", Regime.NONE.value))
    found = [_coverage(row, "amo", regime.label, "")] if regime is not Regime.NONE else []
    if told.get("mutuelle_name"):
        found.append(_coverage(row, "amc", str(told["mutuelle_name"]), str(told.get("mutuelle_number") or "")))
    return found


def _coverage(row: PreadmissionRow, part: str, payor: str, number: str) -> dict[str, Any]:
    return {
        "resourceType": "Coverage",
        "id": _id(row, part),
        "status": "draft",
        "type": {"coding": [{"system": _SYSTEM, "code": part}]},
        "beneficiary": _patient(row),
        "subscriberId": number,
        "payor": [{"display": payor}],
    }


def _relatives(row: PreadmissionRow) -> list[dict[str, Any]]:
    told = row.step(Step.CONTACTS).answers
    if not told.get("warn_name"):
        return []
    return [
        {
            "resourceType": "RelatedPerson",
            "id": _id(row, "warn"),
            "active": True,
            "patient": _patient(row),
            "relationship": [{"text": told.get("warn_tie") or "Personne à prévenir"}],
            "name": [{"text": told["warn_name"]}],
            "telecom": [{"system": "phone", "value": told["warn_phone"]}] if told.get("warn_phone") else [],
        }
    ]


def _directives(row: PreadmissionRow, at: datetime) -> list[dict[str, Any]]:
    """Return that advance directives exist, and where; their words are not here. Source: CSP, art. L. 1111-11."""
    told = str(row.step(Step.CONSENTS).answers.get("directives") or "")
    if told not in _KNOWN:
        return []
    return [
        {
            "resourceType": "Consent",
            "id": _id(row, "directives"),
            "status": "active",
            "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "adr"}]},
            "category": [
                {"coding": [{"system": "http://loinc.org", "code": "42348-3", "display": "Advance directives"}]}
            ],
            "patient": _patient(row),
            "dateTime": fhir.moment(at),
            "policyRule": {"text": Directives(told).label},
        }
    ]
