"""What a summary says of a resource, in French: one line each."""

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape
from typing import Any, Final

from passerelle.care.record.rules.ips.sections import Filled, date_of
from passerelle.core.terminology import api as terminology

Json = Mapping[str, Any]
_MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
_CRITICALITIES: Final = {"high": "gravité potentielle élevée", "low": "gravité potentielle faible"}
NOTHING_TOLD: Final = {
    "AllergyIntolerance": "Aucune information sur les allergies.",
    "MedicationStatement": "Aucune information sur les traitements.",
    "Condition": "Aucune information sur les problèmes actifs.",
}


def concept_text(concept: Any) -> str:
    """Return a concept in words: what was written, else its French label, else its code."""
    if not isinstance(concept, Mapping):
        return ""
    if concept.get("text"):
        return str(concept["text"])
    codings = [one for one in concept.get("coding", []) if isinstance(one, Mapping)]
    for one in codings:
        known = terminology.display(str(one.get("system", "")), str(one.get("code", "")))
        if known:
            return known
    return next((str(one.get("display") or one.get("code") or "") for one in codings), "")


def line_of(resource: Json) -> str:
    """Return what a summary says of a resource, "" when it says nothing."""
    named = _name(resource)
    details = [one for one in _details(resource) if one]
    when = day(date_of(resource))
    told = ", ".join([named, *details]) if named else ", ".join(details)
    return f"{told} ({when})" if told and when else told


def _name(resource: Json) -> str:
    if resource.get("resourceType") in {"MedicationStatement", "MedicationRequest"}:
        return concept_text(resource.get("medicationCodeableConcept")) or _shown(resource.get("medicationReference"))
    for name in ("code", "vaccineCode", "type"):
        if concept_text(resource.get(name)):
            return concept_text(resource[name])
    names = resource.get("deviceName")
    if isinstance(names, list) and names:
        return str(names[0].get("name", ""))
    return _shown(resource.get("device"))


def _shown(reference: Any) -> str:
    return str(reference.get("display", "")) if isinstance(reference, Mapping) else ""


def _details(resource: Json) -> Iterable[str]:
    yield _CRITICALITIES.get(str(resource.get("criticality")), "")
    for reaction in resource.get("reaction", []):
        yield from (concept_text(one) for one in reaction.get("manifestation", []))
    for dosage in [*resource.get("dosage", []), *resource.get("dosageInstruction", [])]:
        yield str(dosage.get("text", "")) if isinstance(dosage, Mapping) else ""
    yield value_text(resource)
    for part in resource.get("component", []):
        told = value_text(part)
        yield f"{concept_text(part.get('code'))} {told}" if told else ""
    yield str(resource.get("conclusion", ""))


def value_text(resource: Json) -> str:
    """Return the value of a result as people write it."""
    quantity = resource.get("valueQuantity")
    if isinstance(quantity, Mapping) and quantity.get("value") is not None:
        unit = terminology.unit_display(str(quantity.get("code") or quantity.get("unit") or ""))
        number = str(quantity["value"]).replace(".", ",")
        return f"{quantity.get('comparator', '')}{number}\u00a0{unit}".strip()
    return concept_text(resource.get("valueCodeableConcept")) or str(resource.get("valueString", ""))


def day(text: str) -> str:
    """Return a FHIR date in French: « 2 mars 2026 », « mars 2026 », « 2026 »; "" when it is not one."""
    try:
        if len(text) >= 10:
            told = date.fromisoformat(text[:10])
            return f"{'1er' if told.day == 1 else told.day} {_MONTHS[told.month - 1]} {told.year}"
        if len(text) == 7:
            return f"{_MONTHS[int(text[5:]) - 1]} {text[:4]}"
    except (ValueError, IndexError):
        return ""
    return text if len(text) == 4 and text.isdecimal() else ""


def lines_of(one: Filled) -> list[str]:
    """Return the lines of a section; the sentence of its absence when nothing is known."""
    if not one.resources and one.section.absent is not None:
        return [NOTHING_TOLD[one.section.absent[0]]]
    return [line for line in map(line_of, one.resources) if line]


def narrative(one: Filled) -> str:
    """Return the narrative of a section: XHTML, in French, every character escaped."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines_of(one))
    return f'<div xmlns="http://www.w3.org/1999/xhtml" lang="fr" xml:lang="fr"><ul>{items}</ul></div>'
