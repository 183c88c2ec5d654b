"""From stored resources to the rows of screens."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from passerelle.care.record.rules.encounters import PERSONS
from passerelle.care.record.rules.visibility import restrictions_of
from passerelle.care.record.selectors.rows import AppointmentRow, DocumentRow, LocationRow, ObservationRow, StayRow
from passerelle.core.directory import api as directory
from passerelle.protocols.fhir import api as fhir

STATUS_LABELS = {
    "planned": "Prévu",
    "arrived": "Arrivé",
    "in-progress": "En cours",
    "onleave": "En permission",
    "finished": "Terminé",
    "cancelled": "Annulé",
    "unknown": "Inconnu",
}
CLASS_LABELS = {
    "IMP": "Hospitalisation",
    "EMER": "Urgences",
    "AMB": "Consultation ou soins de jour",
    "SS": "Hospitalisation de jour",
    "PRENC": "Préadmission",
    "HH": "Hospitalisation à domicile",
}
APPOINTMENT_LABELS = {
    "proposed": "Proposé",
    "pending": "En attente de confirmation",
    "booked": "Prévu",
    "arrived": "Arrivé",
    "checked-in": "Arrivé",
    "fulfilled": "Honoré",
    "cancelled": "Annulé",
    "noshow": "Non venu",
    "waitlist": "Sur liste d’attente",
}
OFF = frozenset({"cancelled", "noshow", "entered-in-error"})
Json = Mapping[str, Any]


#: Names of establishments, and of sites by unit; read once for a page.
Places = directory.PlaceNames


def places() -> Places:
    """Read the names of the territory."""
    return directory.place_names()


def stay_row(resource: Json, establishment: str, where: Places) -> StayRow:
    """Return the row of an Encounter."""
    locations = tuple(_location(one, establishment, where) for one in resource.get("location", []))
    class_code = str(resource.get("class", {}).get("code", ""))
    status = str(resource.get("status", "unknown"))
    period = resource.get("period", {})
    last = locations[-1] if locations else None
    discharge = resource.get("hospitalization", {}).get("dischargeDisposition", {})
    return StayRow(
        id=UUID(resource["id"]),
        number=str(_first(resource.get("identifier")).get("value", "")),
        establishment=establishment,
        establishment_name=where.establishments.get(establishment, establishment),
        status=status,
        status_label=STATUS_LABELS.get(status, status),
        class_code=class_code,
        class_label=CLASS_LABELS.get(class_code, class_code),
        start=moment(period.get("start")),
        end=moment(period.get("end")),
        site_name=last.site_name if last else "",
        unit_label=last.unit_label if last else "",
        attending=_attending(resource),
        discharge_label=_label(discharge),
        locations=locations,
    )


def _location(told: Json, establishment: str, where: Places) -> LocationRow:
    place, period = told.get("location", {}), told.get("period", {})
    code = str(place.get("identifier", {}).get("value", ""))
    return LocationRow(
        unit_code=code,
        unit_label=str(place.get("display", code)),
        site_name=where.sites.get((establishment, code), ""),
        start=moment(period.get("start")),
        end=moment(period.get("end")),
    )


def _attending(resource: Json) -> str:
    named = (one.get("individual", {}).get("display", "") for one in resource.get("participant", []))
    return next((str(name) for name in named if name), "")


def appointment_row(resource: Json, establishment: str, where: Places) -> AppointmentRow:
    """Return the row of an Appointment."""
    status = str(resource.get("status", ""))
    others = [one.get("actor", {}) for one in resource.get("participant", [])]
    named = [one for one in others if one.get("display") and not str(one.get("reference", "")).startswith("Patient/")]
    people = tuple(str(one["display"]) for one in named if one.get("identifier", {}).get("system") == PERSONS)
    places = [str(one["display"]) for one in named if "identifier" not in one]
    service = _first(resource.get("serviceType")) or resource.get("appointmentType", {})
    return AppointmentRow(
        id=UUID(resource["id"]),
        establishment=establishment,
        establishment_name=where.establishments.get(establishment, establishment),
        start=moment(resource.get("start")),
        end=moment(resource.get("end")),
        status=status,
        status_label=APPOINTMENT_LABELS.get(status, status),
        service=_label(service),
        practitioners=people,
        place=", ".join(places),
        instructions=str(resource.get("comment", "")),
        cancel_reason=_label(resource.get("cancelationReason", {})),
        is_off=status in OFF,
    )


def document_row(resource: Json, establishment: str, where: Places, *, replaced_by: UUID | None = None) -> DocumentRow:
    """Return the row of a DocumentReference."""
    attachment = resource.get("content", [{}])[0].get("attachment", {})
    coding = _first(resource.get("type", {}).get("coding"))
    label = coding.get("display") or _label(resource.get("type", {}))
    return DocumentRow(
        id=UUID(resource["id"]),
        title=str(attachment.get("title") or resource.get("description") or label or "Document sans titre"),
        type_code=str(coding.get("code", "")),
        type_label=str(label or coding.get("code", "")),
        created_at=moment(resource.get("date")),
        author=next((str(one["display"]) for one in resource.get("author", []) if one.get("display")), ""),
        establishment=establishment,
        establishment_name=where.establishments.get(establishment, establishment),
        stay_id=stay_of(resource),
        mime=str(attachment.get("contentType", "")),
        status=str(resource.get("status", "")),
        restrictions=restrictions_of(resource),
        replaces=next(iter(replaced_ids(resource)), None),
        replaced_by=replaced_by,
    )


def replaced_ids(resource: Json) -> list[UUID]:
    """Return the ids of the documents that this one replaces and that are here."""
    targets = (one.get("target", {}).get("reference", "") for one in resource.get("relatesTo", []))
    return [found for found in (_id_in(target, "DocumentReference") for target in targets) if found]


def stay_of(resource: Json) -> UUID | None:
    """Return the stay a document or a result belongs to."""
    context = resource.get("context", {}).get("encounter", [])
    told = context[0] if context else resource.get("encounter", {})
    return _id_in(str(told.get("reference", "")), "Encounter")


def _id_in(reference: str, type_: str) -> UUID | None:
    kind, _, id_ = reference.partition("/")
    try:
        return UUID(id_) if kind == type_ else None
    except ValueError:
        return None


def observation_row(resource: Json, establishment: str, where: Places) -> ObservationRow:
    """Return the row of an Observation."""
    quantity = resource.get("valueQuantity", {})
    coding = _first(resource.get("code", {}).get("coding"))
    limits = _first(resource.get("referenceRange"))
    flag = _first(resource.get("interpretation"))
    number = quantity.get("value")
    return ObservationRow(
        id=UUID(resource["id"]),
        code=str(coding.get("code", "")),
        label=str(coding.get("display") or _label(resource.get("code", {})) or coding.get("code", "")),
        value=_value(resource),
        number=float(number) if number is not None else None,
        unit=str(quantity.get("unit", "")),
        low=_limit(limits, "low"),
        high=_limit(limits, "high"),
        interpretation=str(_first(flag.get("coding")).get("code", "")),
        observed_at=moment(resource.get("effectiveDateTime") or resource.get("effectivePeriod", {}).get("start")),
        establishment=establishment,
        establishment_name=where.establishments.get(establishment, establishment),
        stay_id=stay_of(resource),
        status=str(resource.get("status", "")),
    )


def _first(items: Sequence[Json] | None) -> Json:
    return items[0] if items else {}


def _value(resource: Json) -> str:
    number = resource.get("valueQuantity", {}).get("value")
    if number is not None:
        return f"{number}".replace(".", ",")
    return str(resource.get("valueString") or _label(resource.get("valueCodeableConcept", {})))


def _limit(limits: Json, side: str) -> float | None:
    value = limits.get(side, {}).get("value")
    return float(value) if value is not None else None


def _label(concept: Json) -> str:
    displays: Iterable[str] = (str(one.get("display", "")) for one in concept.get("coding", []))
    return next((one for one in displays if one), "") or str(concept.get("text", ""))


def moment(text: str | None) -> datetime | None:
    """Return the start of a FHIR date, or None."""
    if not text:
        return None
    try:
        return fhir.date_range(text).start
    except fhir.FhirError:
        return None
