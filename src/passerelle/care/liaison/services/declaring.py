"""What a town doctor declares: antecedents, allergies, treatments, as FHIR resources with their author and origin."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from passerelle.care.identity import api as identity
from passerelle.care.liaison.rules.authorship import AUTHORS, is_told_by
from passerelle.care.liaison.selectors.guarding import check
from passerelle.care.liaison.selectors.patients import best_local
from passerelle.care.liaison.services.storing import FROM_TOWN, author_of
from passerelle.care.record import api as record
from passerelle.core.access.api import AccessRefused, Act, Kind, Viewer
from passerelle.protocols.fhir import api as fhir

SOURCE: Final = "liaison"
_CLINICAL: Final = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_VERIFICATION: Final = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/condition-category"
_ALLERGY_CLINICAL: Final = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
_ALLERGY_VERIFICATION: Final = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"


@dataclass(frozen=True, slots=True)
class Term:
    """What is declared: words, and the code they were chosen by when there is one."""

    text: str
    system: str = ""
    code: str = ""
    display: str = ""

    def concept(self) -> dict[str, Any]:
        """Return it as FHIR says it."""
        coded = [fhir.coding(self.system or None, self.code, self.display or self.text)] if self.code else []
        return fhir.codeable_concept(*coded, text=self.text or self.display)


@dataclass(frozen=True, slots=True)
class Antecedent:
    """A past or present illness; `is_active` tells which."""

    term: Term
    is_active: bool
    began_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Allergy:
    """`criticality` is low, high or unable-to-assess; `category` food, medication, environment or biologic."""

    term: Term
    category: str
    criticality: str
    reaction: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Medicine:
    """A treatment taken in town, `status` active or stopped."""

    term: Term
    dosage: str
    status: str = "active"
    began_on: date | None = None
    ended_on: date | None = None
    note: str = ""


Declared = Antecedent | Allergy | Medicine
KINDS: Final = {"Condition": Kind.CONDITION, "AllergyIntolerance": Kind.ALLERGY, "MedicationStatement": Kind.MEDICATION}


@transaction.atomic
def declare(*, person_id: UUID, declared: Declared, by: Viewer, at: datetime, resource_id: UUID | None = None) -> UUID:
    """Put what a town doctor declares in the record of a patient; with `resource_id`, as a new version of it.

    Raises:
        AccessRefused: the patient did not choose this doctor, or there is no such element of theirs.
    """
    type_ = _type_of(declared)
    if resource_id is None:
        _check(by, type_, Act.CREATE, person_id, at, is_author=False)
        local_id = best_local(person_id).id
    else:
        local_id = _own(type_, resource_id, person_id, by, at).local_identity_id
    resource = _resource(declared, local_id, by, at)
    resource["id"] = str(resource_id or uuid4())
    record.put(resource, local_identity_id=local_id, at=at, source=SOURCE)
    return UUID(resource["id"])


@transaction.atomic
def withdraw(*, person_id: UUID, type_: str, resource_id: UUID, by: Viewer, at: datetime) -> None:
    """Mark what was declared as entered in error: it stays in the history.

    Raises:
        AccessRefused: the patient did not choose this doctor, or there is no such element of theirs.
    """
    held = _own(type_, resource_id, person_id, by, at)
    resource = fhir.pruned(fhir.loads(held.body) | _in_error(type_))
    record.put(resource, local_identity_id=held.local_identity_id, at=at, source=SOURCE)


def _type_of(declared: Declared) -> str:
    match declared:
        case Antecedent():
            return "Condition"
        case Allergy():
            return "AllergyIntolerance"
        case Medicine():
            return "MedicationStatement"


def _own(type_: str, resource_id: UUID, person_id: UUID, by: Viewer, at: datetime) -> record.StoredResource:
    """Return an element, once sure it is this patient's and that this doctor declared it."""
    held = record.read(type_, resource_id)
    if held is None or held.deleted or identity.person_of(held.local_identity_id) != person_id:
        raise AccessRefused
    _check(by, type_, Act.UPDATE, person_id, at, is_author=is_told_by(fhir.loads(held.body), by.account_id))
    return held


def _check(by: Viewer, type_: str, act: Act, person_id: UUID, at: datetime, *, is_author: bool) -> None:
    check(
        by,
        KINDS[type_],
        act,
        person_id=person_id,
        establishment="",
        target=f"patient:{person_id}",
        at=at,
        is_author=is_author,
    )


def _in_error(type_: str) -> dict[str, Any]:
    code = "entered-in-error"
    if type_ == "MedicationStatement":
        return {"status": code}
    system = _VERIFICATION if type_ == "Condition" else _ALLERGY_VERIFICATION
    return {"verificationStatus": fhir.codeable_concept(fhir.coding(system, code)), "clinicalStatus": None}


def _resource(declared: Declared, local_id: UUID, by: Viewer, at: datetime) -> dict[str, Any]:
    subject = fhir.reference(f"Patient/{local_id}")
    common: dict[str, Any] = {
        "meta": {"tag": [FROM_TOWN]},
        "identifier": [fhir.identifier(str(by.account_id), system=AUTHORS)],
        "note": [{"text": declared.note.strip()}] if declared.note.strip() else None,
    }
    author = author_of(by.name, by.professional_rpps or "")
    match declared:
        case Antecedent():
            told = _condition(declared, subject, author, at)
        case Allergy():
            told = _allergy(declared, subject, author, at)
        case Medicine():
            told = _statement(declared, subject, author, at)
    return fhir.pruned(told | common)


def _condition(declared: Antecedent, subject: dict[str, Any], author: dict[str, Any], at: datetime) -> dict[str, Any]:
    status = "active" if declared.is_active else "resolved"
    return {
        "resourceType": "Condition",
        "clinicalStatus": fhir.codeable_concept(fhir.coding(_CLINICAL, status)),
        "verificationStatus": fhir.codeable_concept(fhir.coding(_VERIFICATION, "confirmed")),
        "category": [fhir.codeable_concept(fhir.coding(_CATEGORY, "problem-list-item"))],
        "code": declared.term.concept(),
        "subject": subject,
        "onsetDateTime": fhir.moment(declared.began_on),
        "recordedDate": fhir.moment(at),
        "recorder": author,
        "asserter": author,
    }


def _allergy(declared: Allergy, subject: dict[str, Any], author: dict[str, Any], at: datetime) -> dict[str, Any]:
    reaction = [{"manifestation": [fhir.codeable_concept(text=declared.reaction.strip())]}]
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": fhir.codeable_concept(fhir.coding(_ALLERGY_CLINICAL, "active")),
        "verificationStatus": fhir.codeable_concept(fhir.coding(_ALLERGY_VERIFICATION, "confirmed")),
        "category": [declared.category] if declared.category else None,
        "criticality": declared.criticality,
        "code": declared.term.concept(),
        "patient": subject,
        "recordedDate": fhir.moment(at),
        "recorder": author,
        "asserter": author,
        "reaction": reaction if declared.reaction.strip() else None,
    }


def _statement(declared: Medicine, subject: dict[str, Any], author: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "resourceType": "MedicationStatement",
        "status": declared.status,
        "medicationCodeableConcept": declared.term.concept(),
        "subject": subject,
        "effectivePeriod": fhir.period(declared.began_on, declared.ended_on) or None,
        "dateAsserted": fhir.moment(at),
        "informationSource": author,
        "dosage": [{"text": declared.dosage.strip()}] if declared.dosage.strip() else None,
    }
