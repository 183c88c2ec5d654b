"""From a folded stay to an Encounter, and back from one that was loaded without its messages."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from msgspec import Struct

from passerelle.care.record.rules.stays import BASE, Stay, StayFact, Step, UnitFact, class_of
from passerelle.protocols.fhir import api as fhir

ACT_CODES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
DISPOSITIONS = "http://terminology.hl7.org/CodeSystem/discharge-disposition"
PERSONS = "urn:oid:1.2.250.1.71.4.2.1"
_CLASS_NAMES = {"IMP": "inpatient encounter", "EMER": "emergency", "AMB": "ambulatory", "PRENC": "pre-admission"}
_CLASS_OF = {"IMP": "I", "EMER": "E", "AMB": "O", "PRENC": "P"}
# Source: ATIH, guide méthodologique MCO, mode de sortie.
_DISPOSITIONS = {
    "6": ("other-hcf", "Mutation"),
    "7": ("other-hcf", "Transfert"),
    "8": ("home", "Domicile"),
    "9": ("exp", "Décès"),
}
_FINISHED = {"finished", "cancelled", "entered-in-error"}


class Numbered(Struct, frozen=True):
    """The number of a stay: its value, the system of its authority, AN for an NDA or VN for a visit."""

    value: str
    system: str
    type_code: str


def system_of(namespace: str, universal_id: str) -> str:
    """Return the naming system of an assigning authority: its OID, its FINESS, or its local name."""
    if "." in universal_id:
        return f"urn:oid:{universal_id}"
    return f"urn:finess:{universal_id}" if universal_id else f"urn:passerelle:{namespace}"


def encounter_of(stay: Stay, *, id_: str, subject: str, number: Numbered, place: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Encounter of a stay; `subject` is the Patient's id, `place` the reference to the establishment."""
    end, start = stay.discharged_at, stay.admitted_at or stay.timeline.planned_at
    known = dict(stay.base or {})
    return fhir.encounter(
        id_,
        status=stay.status,
        encounter_class=_class_of(stay, known),
        classHistory=[_class_history(*one) for one in stay.classes],
        subject=fhir.reference(f"Patient/{subject}"),
        period=fhir.period(start, end),
        identifier=known.get("identifier")
        or [fhir.identifier(number.value, system=number.system, type_code=number.type_code)],
        participant=_participants(stay) or known.get("participant"),
        location=[_location(step, number.system) for step in stay.path] or known.get("location"),
        hospitalization=_hospitalization(stay) or (known.get("hospitalization") if end else None),
        serviceProvider=known.get("serviceProvider") or dict(place),
    )


def _class_of(stay: Stay, known: Mapping[str, Any]) -> dict[str, Any]:
    loaded = known.get("class")
    if loaded and stay.class_code == class_of(_CLASS_OF.get(loaded.get("code"), "")):
        return dict(loaded)
    return _coded_class(stay.class_code)


@cache
def _coded_class(code: str) -> dict[str, Any]:
    return fhir.coding(ACT_CODES, code, _CLASS_NAMES[code])


def _class_history(code: str, start: datetime, end: datetime | None) -> dict[str, Any]:
    return {"class": _coded_class(code), "period": fhir.period(start, end)}


def _participants(stay: Stay) -> list[dict[str, Any]] | None:
    return [{"individual": _person(stay.attending, stay.attending_id)}] if stay.attending else None


@lru_cache(maxsize=4_096)  # professionals and units come again stay after stay; nobody changes what is returned
def _person(name: str, number: str) -> dict[str, Any]:
    logical = fhir.identifier(number, system=PERSONS) if number else None
    return fhir.reference(None, display=name, logical=logical)


def _location(step: Step, system: str) -> dict[str, Any]:
    where = _unit(step.unit.code, step.unit.label, system)
    status = "completed" if step.end else "active"
    return {"location": where, "status": status, "period": fhir.period(step.start, step.end)}


@lru_cache(maxsize=4_096)
def _unit(code: str, label: str, system: str) -> dict[str, Any]:
    return fhir.reference(None, display=label or code, logical=fhir.identifier(code, system=f"{system}:uf"))


def _hospitalization(stay: Stay) -> dict[str, Any] | None:
    disposition = stay.timeline.disposition
    if not disposition or stay.discharged_at is None:
        return None
    code, label = _DISPOSITIONS.get(disposition, ("oth", f"Mode de sortie {disposition}"))
    concept = fhir.codeable_concept(fhir.coding(DISPOSITIONS, code, label), text=label)
    return {"dischargeDisposition": concept}


def base_fact(resource: Mapping[str, Any], recorded_at: datetime) -> StayFact:
    """Return the event that stands for all that came before, for a stay that was loaded without its messages."""
    period = resource.get("period", {})
    code = str(resource.get("class", {}).get("code", ""))
    start, end = _moment(period.get("start")), _moment(period.get("end"))
    units = [
        UnitFact(str(one["location"].get("identifier", {}).get("value", "")), str(one["location"].get("display", "")))
        for one in resource.get("location", [])
    ]
    return StayFact(
        trigger=BASE,
        recorded_at=recorded_at,
        occurred_at=start or recorded_at,
        source=BASE,
        patient_class=_CLASS_OF.get(code, ""),
        admitted_at=start,
        discharged_at=end if resource.get("status") in _FINISHED else None,
        unit=units[-1] if units else None,
        base={name: part for name, part in resource.items() if name not in {"meta", "id"}},
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text and "T" in text else None
