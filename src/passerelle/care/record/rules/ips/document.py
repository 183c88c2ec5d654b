"""A patient summary as a FHIR document: a Composition first, then the Patient, then what the sections name.

https://hl7.org/fhir/uv/ips/STU1.1/StructureDefinition-Bundle-uv-ips.html
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from passerelle.care.record.rules.ips.sections import Filled
from passerelle.care.record.rules.ips.wording import NOTHING_TOLD, narrative
from passerelle.protocols.fhir import api as fhir

Json = dict[str, Any]
IPS: Final = "http://hl7.org/fhir/uv/ips/StructureDefinition"
ABSENT: Final = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
TITLE: Final = "Synthèse médicale internationale"
_CONFIDENTIALITY: Final = "N"
_HL7: Final = "http://terminology.hl7.org/CodeSystem"
_ABSENT_REASON: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_AUTHOR_ID: Final = UUID("5f9b0d52-60a1-5d0e-8a44-1f8f5a7a2c11")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a summary is made for: the Patient, the address of the interface, the moment, the id of the document."""

    patient: Json
    base: str
    at: datetime
    id: UUID


def summary_document(frame: Frame, sections: Sequence[Filled], others: Iterable[Json] = ()) -> Json:
    """Return the document; `others` are what its resources name: medicines, practitioners."""
    entries: dict[str, Json] = {}
    told = [_section(frame, one, entries) for one in sections]
    composition = _composition(frame, told)
    around = [_author(), *others]
    resources = [composition, frame.patient, *entries.values(), *around]
    return {
        "resourceType": "Bundle",
        "id": str(frame.id),
        "meta": {"profile": [f"{IPS}/Bundle-uv-ips"]},
        "language": "fr",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{frame.id}"},
        "type": "document",
        "timestamp": fhir.moment(frame.at),
        "entry": [{"fullUrl": _url(frame, one), "resource": one} for one in _once(resources)],
    }


def _once(resources: Iterable[Json]) -> Iterable[Json]:
    return {(str(one["resourceType"]), str(one["id"])): one for one in resources}.values()


def _url(frame: Frame, resource: Json) -> str:
    return f"{frame.base}{resource['resourceType']}/{resource['id']}"


def _composition(frame: Frame, sections: list[Json]) -> Json:
    return {
        "resourceType": "Composition",
        "id": str(uuid5(frame.id, "composition")),
        "meta": {"profile": [f"{IPS}/Composition-uv-ips"]},
        "language": "fr",
        "text": {"status": "generated", "div": _told(TITLE)},
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{frame.id}"},
        "status": "final",
        "type": fhir.codeable_concept(fhir.coding(fhir.LOINC, "60591-5", "Synthèse médicale")),
        "subject": fhir.reference(f"Patient/{frame.patient['id']}"),
        "date": fhir.moment(frame.at),
        "author": [fhir.reference(f"Device/{_AUTHOR_ID}", display="Passerelle, dossier partagé du groupement")],
        "title": TITLE,
        "confidentiality": _CONFIDENTIALITY,
        "section": sections,
    }


def _section(frame: Frame, one: Filled, entries: dict[str, Json]) -> Json:
    resources = [_about(frame, dict(found)) for found in one.resources] or [_absence(frame, one)]
    for resource in resources:
        entries.setdefault(f"{resource['resourceType']}/{resource['id']}", resource)
    return {
        "title": one.section.title,
        "code": fhir.codeable_concept(fhir.coding(fhir.LOINC, one.section.code, one.section.title)),
        "text": {"status": "generated", "div": narrative(one)},
        "entry": [fhir.reference(f"{found['resourceType']}/{found['id']}") for found in resources],
    }


def _about(frame: Frame, resource: Json) -> Json:
    """Return a resource told of the one Patient of the document, whichever file of the person it was kept under."""
    for name in ("subject", "patient"):
        if name in resource:
            resource[name] = fhir.reference(f"Patient/{frame.patient['id']}")
    return resource


def _absence(frame: Frame, one: Filled) -> Json:
    """Return the resource that says, in a required section, that nothing is known."""
    type_, code = one.section.absent or ("Condition", "no-problem-info")
    concept = fhir.codeable_concept(fhir.coding(ABSENT, code), text=NOTHING_TOLD[type_])
    subject = fhir.reference(f"Patient/{frame.patient['id']}")
    made: Json = {"resourceType": type_, "id": str(uuid5(frame.id, code))}
    if type_ == "AllergyIntolerance":
        status = fhir.codeable_concept(fhir.coding(f"{_HL7}/allergyintolerance-clinical", "active"))
        return made | {"clinicalStatus": status, "code": concept, "patient": subject}
    if type_ == "MedicationStatement":
        return made | {
            "status": "unknown",
            "medicationCodeableConcept": concept,
            "subject": subject,
            "effectivePeriod": {"extension": [fhir.extension(_ABSENT_REASON, valueCode="unknown")]},
        }
    status = fhir.codeable_concept(fhir.coding(f"{_HL7}/condition-clinical", "active"))
    return made | {"clinicalStatus": status, "code": concept, "subject": subject}


def _author() -> Json:
    name = {"name": "Passerelle", "type": "manufacturer-name"}
    return {"resourceType": "Device", "id": str(_AUTHOR_ID), "status": "active", "deviceName": [name]}


def _told(text: str) -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml" lang="fr" xml:lang="fr">{text}</div>'
