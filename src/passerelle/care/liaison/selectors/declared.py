"""What a doctor declared, given back to the form that amends it; and the nomenclature she chooses in."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from passerelle.care.identity import api as identity
from passerelle.care.liaison.rules.authorship import is_told_by
from passerelle.care.record import api as record
from passerelle.core.access.api import AccessRefused, Viewer
from passerelle.core.terminology import api as terminology
from passerelle.protocols.fhir import api as fhir

_PROBLEMS: Final = "urn:passerelle:value-set:problems"
_MOST: Final = 15


@dataclass(frozen=True, slots=True)
class TermRow:
    """A code of the nomenclature: `key` is `system|code`."""

    key: str
    code: str
    label: str


def terms_for(words: str) -> list[TermRow]:
    """Return the problems whose label or code holds these words, at most fifteen."""
    found = terminology.expand(_PROBLEMS, words, count=_MOST)
    return [TermRow(f"{one.system}|{one.code}", one.code, one.display) for one in found.concepts]


def declared_by(viewer: Viewer, person_id: UUID, type_: str, resource_id: UUID) -> dict[str, Any]:
    """Return what this doctor declared for this person.

    Raises:
        AccessRefused: somebody else's, another patient's, or no such element.
    """
    held = record.read(type_, resource_id)
    if held is None or held.deleted or identity.person_of(held.local_identity_id) != person_id:
        raise AccessRefused
    resource: dict[str, Any] = fhir.loads(held.body)
    if not is_told_by(resource, viewer.account_id):
        raise AccessRefused
    return resource


def initial_of(resource: dict[str, Any]) -> dict[str, Any]:
    """Return the values of the form that amends a resource."""
    concept = resource.get("code") or resource.get("medicationCodeableConcept") or {}
    coding = _first(concept.get("coding"))
    period = resource.get("effectivePeriod", {})
    manifestation = _first(_first(resource.get("reaction")).get("manifestation"))
    status = _first(resource.get("clinicalStatus", {}).get("coding")).get("code", "active")
    is_allergy = resource["resourceType"] == "AllergyIntolerance"
    return {
        "text": concept.get("text", ""),
        "code": f"{coding['system']}|{coding['code']}" if coding.get("system") and coding.get("code") else "",
        "is_active": "1" if status == "active" else "0",
        "began_on": _day(resource.get("onsetDateTime") or period.get("start")),
        "ended_on": _day(period.get("end")),
        "note": _first(resource.get("note")).get("text", ""),
        "category": next(iter(resource.get("category", [])), "") if is_allergy else "",
        "criticality": resource.get("criticality", "high"),
        "reaction": manifestation.get("text", ""),
        "dosage": _first(resource.get("dosage")).get("text", ""),
        "status": resource.get("status", "active"),
    }


def _first(items: list[dict[str, Any]] | None) -> dict[str, Any]:
    return items[0] if items else {}


def _day(told: str | None) -> date | None:
    try:
        return date.fromisoformat(told[:10]) if told else None
    except ValueError:
        return None
