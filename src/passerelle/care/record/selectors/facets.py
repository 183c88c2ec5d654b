"""How each type of fact is told on its page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.phrasing import first, label_of, medication_of, name_of, performed_at
from passerelle.core.ui.api import french

Json = Mapping[str, Any]
#: Codes that say « asked, there is none »: International Patient Summary, and SNOMED CT.
DENIALS: Final = frozenset({
    "no-known-allergies", "no-known-medication-allergies", "no-known-environmental-allergies",
    "no-known-food-allergies", "no-known-problems", "no-known-medications", "no-known-procedures",
    "no-known-devices", "no-known-immunizations", "716186003", "160245001", "787481004", "787480003",
})  # fmt: skip
_SILENT: Final = frozenset({
    "no-allergy-info", "no-problem-info", "no-medication-info", "no-procedure-info", "no-device-info",
    "no-immunization-info",
})  # fmt: skip
_CLINICAL: Final = {
    "active": ("attention", "Active", True),
    "recurrence": ("attention", "Récidive", True),
    "relapse": ("attention", "Rechute", True),
    "remission": ("info", "En rémission", True),
    "inactive": ("neutral", "Inactive", False),
    "resolved": ("neutral", "Guérie", False),
}
_ANTECEDENT: Final = {
    "active": ("attention", "En cours", True),
    "recurrence": ("attention", "Récidive", True),
    "relapse": ("attention", "Rechute", True),
    "remission": ("info", "En rémission", True),
    "inactive": ("neutral", "Inactif", False),
    "resolved": ("neutral", "Terminé", False),
}
_TREATMENT: Final = {
    "active": ("done", "En cours", True),
    "intended": ("info", "Prévu", True),
    "on-hold": ("attention", "Suspendu", True),
    "completed": ("neutral", "Terminé", False),
    "stopped": ("neutral", "Arrêté", False),
    "cancelled": ("neutral", "Annulé", False),
    "not-taken": ("attention", "Non pris", True),
}
_PROCEDURE: Final = {
    "completed": ("done", "Réalisé", True),
    "in-progress": ("info", "En cours", True),
    "preparation": ("info", "Prévu", True),
    "not-done": ("neutral", "Non réalisé", False),
    "stopped": ("attention", "Interrompu", True),
}
_DEVICE: Final = {
    "active": ("done", "En place", True),
    "completed": ("neutral", "Retiré", False),
    "intended": ("info", "Prévu", True),
    "stopped": ("neutral", "Retiré", False),
    "on-hold": ("attention", "Suspendu", True),
}
_VACCINE: Final = {"completed": ("done", "Faite", True), "not-done": ("neutral", "Non faite", False)}
_DOUBTFUL: Final = {"unconfirmed": "non confirmée", "provisional": "à confirmer", "differential": "à discuter"}
_REFUTED: Final = frozenset({"refuted", "entered-in-error"})
_CATEGORIES: Final = {
    "food": "aliment", "medication": "médicament", "environment": "environnement", "biologic": "produit biologique",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facet:
    """One fact as its page tells it; `denial` is what it denies, when it does; after `ends` it counts no more."""

    title: str
    state: tuple[str, str]
    is_current: bool
    code: str = ""
    details: tuple[str, ...] = ()
    is_grave: bool = False
    since: str = ""
    until: str = ""
    on: datetime | None = None
    author: str = ""
    written: str = ""
    denial: str = ""
    ends: datetime | None = None


def day_in_words(told: Any) -> str:
    """Return a FHIR date as it was told: « 2019 », « mai 2019 », « 2 mai 2019 »; empty when it is none."""
    text = str(told or "")
    try:
        if len(text) == len("2019"):
            return str(int(text))
        if len(text) == len("2019-05"):
            return french.month(date.fromisoformat(f"{text}-01"))
        found = presenting.moment(text)
        return french.day(date.fromisoformat(text) if len(text) == len("2019-05-02") else found) if found else ""
    except ValueError:
        return ""


def _coded(concept: Any) -> str:
    codings = concept.get("coding", []) if isinstance(concept, Mapping) else []
    return next((str(one["code"]) for one in codings if one.get("code")), "")


def _state(words: Mapping[str, tuple[str, str, bool]], status: str) -> tuple[tuple[str, str], bool]:
    kind, label, is_current = words.get(status, ("neutral", "État non précisé", True))
    return (kind, label), is_current


def _denied(concept: Any, text: str) -> str:
    return label_of(concept, text) if _coded(concept) in DENIALS else ""


def _told_by(resource: Json) -> str:
    return name_of(resource.get("recorder"), resource.get("asserter"), resource.get("informationSource"))


def _allergy(resource: Json) -> Facet | None:
    code = resource.get("code")
    verified = _coded(resource.get("verificationStatus"))
    if verified in _REFUTED or _coded(code) in _SILENT:
        return None
    (state, is_current) = _state(_CLINICAL, _coded(resource.get("clinicalStatus")) or "active")
    reactions = [label_of(one) for told in resource.get("reaction", []) for one in told.get("manifestation", [])]
    categories = [_CATEGORIES.get(one, one) for one in resource.get("category", [])]
    details = [", ".join(categories), ", ".join(filter(None, reactions)), _DOUBTFUL.get(verified, "")]
    return Facet(
        title=label_of(code, "Allergie non précisée"),
        state=state,
        is_current=is_current,
        code=_coded(code),
        details=tuple(filter(None, details)),
        is_grave=resource.get("criticality") == "high",
        since=day_in_words(resource.get("onsetDateTime")),
        on=presenting.moment(resource.get("recordedDate")),
        author=_told_by(resource),
        written=str(resource.get("recordedDate", "")),
        denial=_denied(code, "Aucune allergie connue"),
    )


def _condition(resource: Json) -> Facet | None:
    code = resource.get("code")
    verified = _coded(resource.get("verificationStatus"))
    if verified in _REFUTED or _coded(code) in _SILENT:
        return None
    (state, is_current) = _state(_ANTECEDENT, _coded(resource.get("clinicalStatus")) or "active")
    onset = resource.get("onsetDateTime") or resource.get("onsetPeriod", {}).get("start")
    return Facet(
        title=label_of(code, "Antécédent non précisé"),
        state=state,
        is_current=is_current,
        code=_coded(code),
        details=tuple(filter(None, [label_of(first(resource.get("bodySite"))), _DOUBTFUL.get(verified, "")])),
        since=day_in_words(onset) or str(resource.get("onsetString", "")),
        until=day_in_words(resource.get("abatementDateTime")),
        on=presenting.moment(str(onset or "")) or presenting.moment(resource.get("recordedDate")),
        author=_told_by(resource),
        written=str(resource.get("recordedDate", "")),
        denial=_denied(code, "Aucun antécédent connu"),
    )


def _family(resource: Json) -> Facet:
    relative = label_of(resource.get("relationship"), "Parent")
    conditions = resource.get("condition", [])
    names = [_lowered(label_of(one.get("code"))) for one in conditions]
    ages = [one.get("onsetAge", {}).get("value") for one in conditions]
    return Facet(
        title=f"{relative}\u00a0: {', '.join(filter(None, names)) or 'rien de précisé'}",
        state=("info", "Familial"),
        is_current=True,
        since=", ".join(f"à {french.number(age)}\u00a0ans" for age in ages if age is not None),
        on=presenting.moment(resource.get("date")),
        written=str(resource.get("date", "")),
    )


def _lowered(label: str) -> str:
    """Return a label inside a sentence: an acronym keeps its capitals."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _statement(resource: Json) -> Facet | None:
    concept = resource.get("medicationCodeableConcept")
    if _coded(concept) in _SILENT:
        return None
    (state, is_current) = _state(_TREATMENT, str(resource.get("status", "")))
    start, end = _period(resource.get("effectivePeriod"), resource.get("effectiveDateTime"))
    return Facet(
        title=medication_of(resource),
        state=state,
        is_current=is_current,
        code=_coded(concept),
        details=tuple(filter(None, [str(first(resource.get("dosage")).get("text", "")), "traitement habituel"])),
        since=day_in_words(start),
        until=day_in_words(end),
        on=presenting.moment(str(start or "")) or presenting.moment(resource.get("dateAsserted")),
        author=_told_by(resource),
        written=str(resource.get("dateAsserted", "")),
        denial=_denied(concept, "Aucun traitement en cours"),
    )


def _prescription(resource: Json) -> Facet:
    (state, is_current) = _state(_TREATMENT, str(resource.get("status", "")))
    validity = resource.get("dispenseRequest", {}).get("validityPeriod", {})
    return Facet(
        title=medication_of(resource),
        state=state,
        is_current=is_current,
        code=_coded(resource.get("medicationCodeableConcept")),
        details=tuple(filter(None, [str(first(resource.get("dosageInstruction")).get("text", "")), "ordonnance"])),
        since=day_in_words(resource.get("authoredOn")),
        until=day_in_words(validity.get("end")),
        ends=presenting.moment(validity.get("end")),
        on=presenting.moment(resource.get("authoredOn")),
        author=name_of(resource.get("requester")),
        written=str(resource.get("authoredOn", "")),
    )


def _period(period: Any, moment: Any) -> tuple[Any, Any]:
    told = period if isinstance(period, Mapping) else {}
    return told.get("start") or moment, told.get("end")


def _procedure(resource: Json) -> Facet | None:
    concept = resource.get("code")
    if _coded(concept) in _SILENT:
        return None
    (state, is_current) = _state(_PROCEDURE, str(resource.get("status", "")))
    performers = [one.get("actor") for one in resource.get("performer", [])]
    performed = resource.get("performedDateTime") or resource.get("performedPeriod", {}).get("start")
    return Facet(
        title=label_of(concept, "Acte non précisé"),
        state=state,
        is_current=is_current,
        code=_coded(concept),
        details=tuple(filter(None, [label_of(first(resource.get("bodySite"))), label_of(resource.get("outcome"))])),
        since=day_in_words(performed),
        on=performed_at(resource, "performedDateTime", "performedPeriod"),
        author=name_of(*performers) or _told_by(resource),
        written=str(performed or ""),
        denial=_denied(concept, "Aucun acte connu"),
    )


def _device_use(resource: Json) -> Facet | None:
    """Return a device in place; its carrier is told by its Device, which is read beside it."""
    (state, is_current) = _state(_DEVICE, str(resource.get("status", "")))
    start, end = _period(resource.get("timingPeriod"), resource.get("timingDateTime"))
    return Facet(
        title=name_of(resource.get("device")) or "Dispositif non précisé",
        state=state,
        is_current=is_current,
        details=tuple(filter(None, [label_of(resource.get("bodySite"))])),
        since=day_in_words(start),
        until=day_in_words(end),
        on=presenting.moment(str(start or "")) or presenting.moment(resource.get("recordedOn")),
        author=name_of(resource.get("source")),
        written=str(resource.get("recordedOn", "")),
    )


def device(resource: Json) -> Facet:
    """Return a device of which no use is told."""
    is_here = str(resource.get("status", "active")) == "active"
    made = presenting.moment(resource.get("manufactureDate"))
    return Facet(
        title=device_name(resource),
        state=("done", "En place") if is_here else ("neutral", "Hors d’usage"),
        is_current=is_here,
        code=_coded(resource.get("type")),
        details=carrier_of(resource),
        on=made,
        denial=_denied(resource.get("type"), "Aucun implant connu"),
    )


def device_name(resource: Json) -> str:
    """Return how a device is called."""
    return str(first(resource.get("deviceName")).get("name", "")) or label_of(resource.get("type"), "Dispositif")


def carrier_of(resource: Json) -> tuple[str, ...]:
    """Return who made a device and how its unit is told apart: lot, serial number, unique identifier."""
    lot, serial = resource.get("lotNumber"), resource.get("serialNumber")
    item = first(resource.get("udiCarrier")).get("deviceIdentifier")
    told = [
        str(resource.get("manufacturer", "")),
        f"lot {lot}" if lot else "",
        f"numéro de série {serial}" if serial else "",
        f"IUD {item}" if item else "",
    ]
    return tuple(filter(None, told))


def _vaccine(resource: Json) -> Facet | None:
    concept = resource.get("vaccineCode")
    if _coded(concept) in _SILENT:
        return None
    (state, is_current) = _state(_VACCINE, str(resource.get("status", "")))
    performers = [one.get("actor") for one in resource.get("performer", [])]
    lot = resource.get("lotNumber")
    reported = "d’après le patient" if resource.get("primarySource") is False else ""
    return Facet(
        title=label_of(concept, "Vaccin non précisé"),
        state=state,
        is_current=is_current,
        code=_coded(concept),
        details=tuple(filter(None, [f"lot {lot}" if lot else "", reported])),
        since=day_in_words(resource.get("occurrenceDateTime")) or str(resource.get("occurrenceString", "")),
        on=presenting.moment(resource.get("occurrenceDateTime")),
        author=name_of(*performers),
        written=str(resource.get("recorded", "")),
        denial=_denied(concept, "Aucune vaccination connue"),
    )


READERS: dict[str, Callable[[Json], Facet | None]] = {
    "AllergyIntolerance": _allergy,
    "Condition": _condition,
    "FamilyMemberHistory": _family,
    "MedicationStatement": _statement,
    "MedicationRequest": _prescription,
    "Procedure": _procedure,
    "DeviceUseStatement": _device_use,
    "Device": device,
    "Immunization": _vaccine,
}
