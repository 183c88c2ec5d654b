"""FHIR resources of invented stays, as plain dictionaries: tens of thousands are made in a few seconds."""

from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

from passerelle.config.demo.clinic import Paper
from passerelle.config.demo.people import random_id
from passerelle.config.demo.shapes import DAY_KINDS, TEST_OID, Hospital, LocalFile, Person, Stay, StayKind
from passerelle.protocols.cda import LabResult

Json = dict[str, Any]

ACT_CODES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
IDENTIFIER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
INTERPRETATIONS = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
DISPOSITIONS = "http://terminology.hl7.org/CodeSystem/discharge-disposition"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
RPPS = "urn:oid:1.2.250.1.71.4.2.1"
INTERPRETATION_LABELS = {"N": "Normal", "H": "Élevé", "L": "Bas", "HH": "Très élevé", "LL": "Très bas"}
_LEFT = {"home": ("home", "Domicile"), "other": ("other-hcf", "Autre établissement"), "dead": ("exp", "Décès")}
_LABELS = {"AMB": "ambulatory", "EMER": "emergency", "IMP": "inpatient encounter"}


def patient(person: Person, file: LocalFile, hospital: Hospital) -> Json:
    """Return the Patient of a local file."""
    identifiers = [_identifier("PI", system_of(hospital), file.ipp, use="usual")]
    if file.status == "QUAL":
        identifiers.append(_identifier("INS-NIR-TEST", f"urn:oid:{TEST_OID}", person.ins, use="official"))
    names: list[Json] = [{"use": "official", "family": file.birth_name, "given": list(file.given_names)}]
    if person.used_name != person.birth_name:
        names.append({"use": "usual", "family": person.used_name, "given": [file.given_names[0]]})
    resource: Json = {
        "resourceType": "Patient",
        "id": str(file.id),
        "identifier": identifiers,
        "name": names,
        "telecom": [{"system": "phone", "value": person.phone, "use": "mobile"}],
        "gender": "female" if person.sex == "F" else "male",
        "birthDate": file.birth_date.isoformat(),
        "address": [
            {
                "use": "home",
                "line": [person.street],
                "city": person.commune.name,
                "postalCode": person.commune.postal,
                "country": "FRA",
            }
        ],
        "managingOrganization": organisation(hospital),
    }
    if person.deceased_at is not None:
        resource["deceasedDateTime"] = moment(person.deceased_at)
    return resource


def encounter(stay: Stay, resource_id: str, hospital: Hospital) -> Json:
    """Return the Encounter of a stay, with each unit it went through."""
    code = class_code(stay.kind)
    resource: Json = {
        "resourceType": "Encounter",
        "id": resource_id,
        "identifier": [_identifier("AN", system_of(hospital), stay.number)],
        "status": "finished" if stay.end else "in-progress",
        "class": {"system": ACT_CODES, "code": code, "display": _LABELS[code]},
        "subject": {"reference": f"Patient/{stay.file.id}"},
        "participant": [{"individual": _doctor(stay)}],
        "period": _period(stay.start, stay.end),
        "location": [
            {
                "location": {
                    "identifier": {"system": f"{system_of(hospital)}:uf", "value": move.place.code},
                    "display": move.place.label,
                },
                "status": "completed" if move.end else "active",
                "period": _period(move.start, move.end),
            }
            for move in stay.moves
        ],
        "serviceProvider": organisation(hospital),
    }
    if stay.end:
        left, label = _LEFT[stay.went_to]
        concept = {"coding": [{"system": DISPOSITIONS, "code": left, "display": label}]}
        resource["hospitalization"] = {"dischargeDisposition": concept}
    return resource


def document_reference(paper: Paper, stay: Stay, *, ids: tuple[str, str, str], hospital: Hospital) -> Json:
    """Return the DocumentReference of a document; `ids` are its own, its content's and its stay's."""
    own_id, content_id, stay_id = ids
    code, label, title, _ = paper.kind.value
    attachment = {
        "contentType": "text/xml",
        "language": "fr-FR",
        "url": f"Binary/{content_id}",
        "size": len(paper.content),
        "title": title,
        "creation": moment(paper.at),
    }
    return {
        "resourceType": "DocumentReference",
        "id": own_id,
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{paper.unique_id}"},
        "status": "current",
        "docStatus": "final",
        "type": {"coding": [{"system": LOINC, "code": code, "display": label}], "text": title},
        "subject": {"reference": f"Patient/{stay.file.id}"},
        "date": moment(paper.at),
        "author": [_doctor(stay)],
        "custodian": organisation(hospital),
        "content": [{"attachment": attachment}],
        "context": {"encounter": [{"reference": f"Encounter/{stay_id}"}]},
    }


def observation(result: LabResult, stay: Stay, *, resource_id: str, stay_id: str, hospital: Hospital) -> Json:
    """Return the Observation of a result."""
    assert result.effective_at is not None  # noqa: S101 - the simulator dates every result
    flag = result.interpretation
    return {
        "resourceType": "Observation",
        "id": resource_id,
        "status": "final",
        "category": [{"coding": [{"system": CATEGORIES, "code": "laboratory", "display": "Laboratory"}]}],
        "code": {"coding": [{"system": LOINC, "code": result.loinc, "display": result.label}], "text": result.label},
        "subject": {"reference": f"Patient/{stay.file.id}"},
        "encounter": {"reference": f"Encounter/{stay_id}"},
        "effectiveDateTime": moment(result.effective_at),
        "performer": [organisation(hospital)],
        "valueQuantity": quantity(result.value, result.unit),
        "interpretation": [
            {"coding": [{"system": INTERPRETATIONS, "code": flag, "display": INTERPRETATION_LABELS[flag]}]}
        ],
        "referenceRange": [{"low": quantity(result.low, result.unit), "high": quantity(result.high, result.unit)}],
    }


def stay_key(stay: Stay) -> UUID:
    """Return the id of the Encounter of a stay: drawn from its establishment and number, so that it is found again."""
    return random_id(Random(f"{stay.file.establishment}/{stay.number}"))  # noqa: S311 - a simulation, not a secret


def class_code(kind: StayKind) -> str:
    """Return the class of an Encounter: only full hospitalisation is IMP."""
    if kind is StayKind.EMERGENCY:
        return "EMER"
    return "AMB" if kind in DAY_KINDS else "IMP"


def system_of(hospital: Hospital) -> str:
    """Return the naming system of the numbers an establishment gives."""
    return f"urn:finess:{hospital.universal_id}"


def moment(at: datetime) -> str:
    """Return a FHIR instant in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def _identifier(kind: str, system: str, value: str, *, use: str = "") -> Json:
    named = {"use": use} if use else {}
    return {
        **named,
        "type": {"coding": [{"system": IDENTIFIER_TYPES, "code": kind}]},
        "system": system,
        "value": value,
    }


def organisation(hospital: Hospital) -> Json:
    """Return the reference to an establishment, by its number."""
    return {"identifier": {"system": "urn:finess", "value": hospital.universal_id}, "display": hospital.name}


def _doctor(stay: Stay) -> Json:
    return {"identifier": {"system": RPPS, "value": stay.doctor.rpps}, "display": stay.doctor.name}


def _period(start: datetime, end: datetime | None) -> Json:
    return {"start": moment(start), "end": moment(end)} if end else {"start": moment(start)}


def quantity(value: Any, unit: str) -> Json:
    """Return a quantity in a UCUM unit."""
    number = float(value)
    whole = int(number)
    return {"value": whole if whole == number else number, "unit": unit, "system": UCUM, "code": unit}
