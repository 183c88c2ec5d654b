"""What a resource says on one line: its title, a detail, who wrote it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from passerelle.care.record.selectors import presenting

Json = Mapping[str, Any]
PRESCRIPTION_LABELS = {
    "active": "en cours",
    "on-hold": "suspendue",
    "cancelled": "annulée",
    "completed": "terminée",
    "stopped": "arrêtée",
    "draft": "brouillon",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line about a resource; `is_off` when it no longer stands."""

    title: str
    detail: str = ""
    author: str = ""
    is_off: bool = False


def phrase_of(resource: Json) -> Phrase:
    """Return the line of a resource; its type alone when nothing more can be told."""
    teller = _TELLERS.get(str(resource.get("resourceType", "")))
    return teller(resource) if teller else Phrase(str(resource.get("resourceType", "")))


def label_of(concept: Json | None, otherwise: str = "") -> str:
    """Return how a concept is written: its text, else the first label of its codes, else a code."""
    if not isinstance(concept, Mapping):
        return otherwise
    codings = [one for one in concept.get("coding", []) if isinstance(one, Mapping)]
    displays = (str(one.get("display", "")) for one in codings)
    codes = (str(one.get("code", "")) for one in codings)
    return str(concept.get("text") or next(filter(None, displays), "") or next(filter(None, codes), otherwise))


def name_of(*references: Json | None) -> str:
    """Return the first name among references."""
    names = (str(one.get("display", "")) for one in references if isinstance(one, Mapping))
    return next(filter(None, names), "")


def first(items: Any) -> Json:
    """Return the first element of a list that may be absent."""
    return items[0] if isinstance(items, list) and items and isinstance(items[0], Mapping) else {}


def medication_of(resource: Json) -> str:
    """Return the medicine of a prescription or of a treatment."""
    told = label_of(resource.get("medicationCodeableConcept"))
    return told or name_of(resource.get("medicationReference")) or "Médicament non précisé"


def performed_at(resource: Json, *names: str) -> datetime | None:
    """Return the first moment told under one of these elements: a date, or the start of a period."""
    for name in names:
        told = resource.get(name)
        found = presenting.moment(told.get("start") if isinstance(told, Mapping) else told)
        if found:
            return found
    return None


def _document(resource: Json) -> Phrase:
    attachment = first(resource.get("content")).get("attachment", {})
    title = attachment.get("title") or resource.get("description") or label_of(resource.get("type"), "Document")
    return Phrase(str(title), author=name_of(*resource.get("author", [])), is_off=resource.get("status") != "current")


def _report(resource: Json) -> Phrase:
    title = label_of(resource.get("code"), "Compte rendu d’examen")
    author = name_of(*resource.get("resultsInterpreter", []), *resource.get("performer", []))
    return Phrase(title, str(resource.get("conclusion", "")), author, resource.get("status") == "cancelled")


def _prescription(resource: Json) -> Phrase:
    status = str(resource.get("status", ""))
    dosage = str(first(resource.get("dosageInstruction")).get("text", ""))
    supply = resource.get("dispenseRequest", {}).get("expectedSupplyDuration", {})
    lasting = f"{supply['value']}\u00a0{supply.get('unit', '')}".strip() if "value" in supply else ""
    told = [
        dosage,
        lasting and f"pendant {lasting}",
        PRESCRIPTION_LABELS.get(status, "") if status != "completed" else "",
    ]
    is_off = status in {"cancelled", "stopped"}
    return Phrase(medication_of(resource), ", ".join(filter(None, told)), name_of(resource.get("requester")), is_off)


def _procedure(resource: Json) -> Phrase:
    performers = [one.get("actor") for one in resource.get("performer", [])]
    site = label_of(first(resource.get("bodySite")))
    status = str(resource.get("status", ""))
    word = {"not-done": "non réalisé", "in-progress": "en cours", "preparation": "prévu", "stopped": "interrompu"}.get(
        status, ""
    )
    author = name_of(*performers, resource.get("recorder"))
    return Phrase(
        label_of(resource.get("code"), "Acte"), ", ".join(filter(None, [site, word])), author, status == "not-done"
    )


def _vaccine(resource: Json) -> Phrase:
    lot = f"lot {resource['lotNumber']}" if resource.get("lotNumber") else ""
    status = str(resource.get("status", ""))
    performers = [one.get("actor") for one in resource.get("performer", [])]
    told = ", ".join(filter(None, [lot, "non faite" if status == "not-done" else ""]))
    return Phrase(label_of(resource.get("vaccineCode"), "Vaccin"), told, name_of(*performers), status == "not-done")


def _appointment(resource: Json) -> Phrase:
    status = str(resource.get("status", ""))
    service = label_of(first(resource.get("serviceType"))) or label_of(resource.get("appointmentType"), "Rendez-vous")
    return Phrase(service, presenting.APPOINTMENT_LABELS.get(status, ""), is_off=status in presenting.OFF)


_TELLERS: dict[str, Callable[[Json], Phrase]] = {
    "DocumentReference": _document,
    "DiagnosticReport": _report,
    "MedicationRequest": _prescription,
    "Procedure": _procedure,
    "Immunization": _vaccine,
    "Appointment": _appointment,
}
