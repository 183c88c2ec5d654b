"""FHIR resources of what is known of an invented person, as plain dictionaries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from passerelle.config.demo.resources import RPPS, Json, moment, organisation, stay_key
from passerelle.config.demo.shapes import Doctor, Hospital, LocalFile, Stay

CCAM = "https://smt.esante.gouv.fr/terminologie-ccam"
CIM10 = "http://hl7.org/fhir/sid/icd-10"
SYSTEMS = {"atc": "http://www.whocc.no/atc", "snomed": "http://snomed.info/sct", "ccam": CCAM, "cim10": CIM10}
#: What the International Patient Summary says for « asked, there is none ».
ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
TERMS = "http://terminology.hl7.org/CodeSystem"
LIFETIME = timedelta(days=365 * 5)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where, by whom and when something was written."""

    file: LocalFile
    hospital: Hospital
    doctor: Doctor
    at: datetime

    @property
    def subject(self) -> Json:
        return {"reference": f"Patient/{self.file.id}"}

    @property
    def author(self) -> Json:
        return {"identifier": {"system": RPPS, "value": self.doctor.rpps}, "display": self.doctor.name}


def allergy(resource_id: str, model: Json, origin: Origin, *, reaction: str) -> Json:
    """Return an allergy that is active and confirmed."""
    return _allergy(resource_id, origin) | {
        "category": [model["category"]],
        "criticality": model["criticality"],
        "code": _concept(model),
        "reaction": [{"manifestation": [{"text": reaction}]}],
    }


def no_allergy(resource_id: str, origin: Origin) -> Json:
    """Return that the patient, asked, knows of no allergy."""
    return _allergy(resource_id, origin) | {"code": _absence("no-known-allergies", "Aucune allergie connue")}


def _allergy(resource_id: str, origin: Origin) -> Json:
    return {
        "resourceType": "AllergyIntolerance",
        "id": resource_id,
        "clinicalStatus": _term("allergyintolerance-clinical", "active"),
        "verificationStatus": _term("allergyintolerance-verification", "confirmed"),
        "patient": origin.subject,
        "recordedDate": moment(origin.at),
        "recorder": origin.author,
    }


def condition(resource_id: str, model: Json, origin: Origin, *, since: int) -> Json:
    """Return a problem, or an antecedent that is over, known since a year."""
    is_over = bool(model.get("is_over"))
    told = _condition(resource_id, origin, "resolved" if is_over else "active")
    ended = {"abatementDateTime": str(min(since + 1, origin.at.year))} if is_over else {}
    return told | {"code": _concept({"system": "cim10", **model}), "onsetDateTime": str(since)} | ended


def no_condition(resource_id: str, origin: Origin) -> Json:
    """Return that the patient, asked, knows of no antecedent."""
    return _condition(resource_id, origin, "active") | {
        "code": _absence("no-known-problems", "Aucun antécédent connu"),
    }


def _condition(resource_id: str, origin: Origin, status: str) -> Json:
    return {
        "resourceType": "Condition",
        "id": resource_id,
        "clinicalStatus": _term("condition-clinical", status),
        "verificationStatus": _term("condition-ver-status", "confirmed"),
        "category": [_term("condition-category", "problem-list-item")],
        "subject": origin.subject,
        "recordedDate": moment(origin.at),
        "recorder": origin.author,
    }


def family_history(resource_id: str, model: Json, origin: Origin, *, onset: int) -> Json:
    """Return what a relative had, and at what age."""
    return {
        "resourceType": "FamilyMemberHistory",
        "id": resource_id,
        "status": "completed",
        "patient": origin.subject,
        "date": moment(origin.at),
        "relationship": {
            "coding": [{"system": f"{TERMS}/v3-RoleCode", "code": model["by"]}],
            "text": model["relative"],
        },
        "condition": [
            {
                "code": _concept({"system": "cim10", **model}),
                "onsetAge": {"value": onset, "unit": "ans", "system": "http://unitsofmeasure.org", "code": "a"},
            }
        ],
    }


def statement(resource_id: str, model: Json, origin: Origin, *, started: datetime) -> Json:
    """Return a treatment that the patient takes."""
    return _statement(resource_id, origin) | {
        "medicationCodeableConcept": _concept({"system": "atc", **model}),
        "effectivePeriod": {"start": f"{started:%Y-%m-%d}"},
        "dosage": [{"text": model["dosage"]}],
    }


def no_treatment(resource_id: str, origin: Origin) -> Json:
    """Return that the patient, asked, takes nothing."""
    absent = _absence("no-known-medications", "Aucun traitement en cours")
    return _statement(resource_id, origin) | {"medicationCodeableConcept": absent}


def _statement(resource_id: str, origin: Origin) -> Json:
    return {
        "resourceType": "MedicationStatement",
        "id": resource_id,
        "status": "active",
        "subject": origin.subject,
        "dateAsserted": moment(origin.at),
        "informationSource": origin.author,
    }


def prescription(resource_id: str, model: Json, origin: Origin, *, stay: Stay | None = None) -> Json:
    """Return what was prescribed, for some days; over by the day it is told when those have passed."""
    days = int(model["days"])
    resource: Json = {
        "resourceType": "MedicationRequest",
        "id": resource_id,
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": _concept({"system": "atc", **model}),
        "subject": origin.subject,
        "authoredOn": moment(origin.at),
        "requester": origin.author,
        "dosageInstruction": [{"text": model["dosage"]}],
        "dispenseRequest": {
            "validityPeriod": {"start": moment(origin.at), "end": moment(origin.at + timedelta(days=days))},
            "expectedSupplyDuration": {
                "value": days, "unit": "jours", "system": "http://unitsofmeasure.org", "code": "d",
            },
        },
    }  # fmt: skip
    return resource | _encounter(stay)


def procedure(resource_id: str, model: Json, origin: Origin, *, stay: Stay | None = None) -> Json:
    """Return an act that was done."""
    resource: Json = {
        "resourceType": "Procedure",
        "id": resource_id,
        "status": "completed",
        "code": _concept({"system": "ccam", **model}),
        "subject": origin.subject,
        "performedDateTime": moment(origin.at),
        "performer": [{"actor": origin.author, "onBehalfOf": organisation(origin.hospital)}],
    }
    return resource | _encounter(stay)


def device(resource_id: str, model: Json, origin: Origin, *, lot: str) -> Json:
    """Return an implant, with a carrier under the GS1 prefix kept for examples."""
    item = f"0{model['item']}"
    gtin = item + gs1_key(item)
    expires = origin.at + LIFETIME
    return {
        "resourceType": "Device",
        "id": resource_id,
        "udiCarrier": [
            {
                "deviceIdentifier": gtin,
                "issuer": "http://hl7.org/fhir/NamingSystem/gs1-di",
                "carrierHRF": f"(01){gtin}(17){expires:%y%m%d}(10){lot}",
                "entryType": "barcode",
            }
        ],
        "status": "active",
        "manufacturer": model["maker"],
        "lotNumber": lot,
        "expirationDate": f"{expires:%Y-%m-%d}",
        "deviceName": [{"name": model["label"], "type": "user-friendly-name"}],
        "type": {"text": model["label"]},
        "patient": origin.subject,
        "owner": organisation(origin.hospital),
    }


def device_use(resource_id: str, model: Json, origin: Origin, *, device_id: str, side: str) -> Json:
    """Return that the implant is in place, and where."""
    site = f"{model['site']} {side}".strip()
    return {
        "resourceType": "DeviceUseStatement",
        "id": resource_id,
        "status": "active",
        "subject": origin.subject,
        "timingDateTime": moment(origin.at),
        "recordedOn": moment(origin.at),
        "source": origin.author,
        "device": {"reference": f"Device/{device_id}", "display": model["label"]},
        "bodySite": {"text": site},
    }


def immunization(resource_id: str, model: Json, origin: Origin, *, given_at: datetime, lot: str) -> Json:
    """Return a vaccine that was given."""
    return {
        "resourceType": "Immunization",
        "id": resource_id,
        "status": "completed",
        "vaccineCode": _concept({"system": "atc", **model}),
        "patient": origin.subject,
        "occurrenceDateTime": f"{given_at:%Y-%m-%d}",
        "recorded": moment(origin.at),
        "primarySource": True,
        "lotNumber": lot,
        "performer": [{"actor": origin.author}],
    }


def gs1_key(digits: str) -> str:
    """Return the check digit of a GTIN: weights 3 and 1 from the right (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if rank % 2 == 0 else 1) for rank, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def _concept(model: Json) -> Json:
    told = {"text": model["label"]}
    if "code" not in model:
        return told
    return {"coding": [{"system": SYSTEMS[model["system"]], "code": model["code"], "display": model["label"]}]} | told


def _absence(code: str, text: str) -> Json:
    return {"coding": [{"system": ABSENT, "code": code}], "text": text}


def _term(system: str, code: str) -> Json:
    return {"coding": [{"system": f"{TERMS}/{system}", "code": code}]}


def _encounter(stay: Stay | None) -> Json:
    return {"encounter": {"reference": f"Encounter/{stay_key(stay)}"}} if stay else {}
