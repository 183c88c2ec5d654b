"""All that a letter or an answer prints, gathered once: the CDA and the PDF say the same."""

from dataclasses import dataclass
from datetime import datetime

from passerelle.care.liaison.rules.content import Content, Treatment, lines_of
from passerelle.core.ui.api import french
from passerelle.protocols.cda import api as cda


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs: the name as shown, its parts for the CDA, and the RPPS when it is known."""

    name: str
    family: str
    given: str
    rpps: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A titled part: LOINC code of its section, paragraphs, or the rows of a table under headers."""

    title: str
    code: str
    display: str
    lines: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document to make: who it is about, who it is from and for, what it says, and its identifiers."""

    title: str
    unique_id: str
    patient: cda.PatientHeader
    patient_facts: tuple[str, ...]
    establishment_name: str
    establishment_finess: str
    unit_label: str
    addressee: str
    signatory: Signatory
    signed_at: datetime
    parts: tuple[Paragraph, ...]
    stay: cda.ServiceEvent | None = None
    replaces: str | None = None
    version: int = 1


#: LOINC codes of the sections of the volet LDL-SES (CI-SIS); the items of the law share them as the volet says.
_REASON = ("42349-1", "Raison de la recommandation")
_EVENTS = ("42545-4", "Évènements observés")
_RESULTS = ("30954-2", "Résultats d’examens")
_DEVICES = ("46264-8", "Dispositifs médicaux")
_AT_DISCHARGE = ("10183-2", "Traitements à la sortie")
_GIVEN = ("18610-6", "Traitements administrés")
_PLAN = ("18776-5", "Plan de soins")
_CODES = {
    "reason": _REASON,
    "results": _RESULTS,
    "implants": _DEVICES,
    "pending": _RESULTS,
    "follow_up": _PLAN,
}
_HEADERS = ("Traitement", "Ce qui change", "Posologie", "Durée", "Motif")


def parts_of(content: Content) -> tuple[Paragraph, ...]:
    """Return what a letter says, in the order of the article; treatments come between 3° and 5°."""
    told = []
    for item, lines in lines_of(content):
        code, display = _CODES.get(item.code, _EVENTS)
        told.append(Paragraph(item.label, code, display, lines))
    place = next(rank for rank, (item, _) in enumerate(lines_of(content)) if item.paragraph >= "5°")
    return (*told[:place], *_treatments(content), *told[place:])


def _treatments(content: Content) -> tuple[Paragraph, ...]:
    if not content.treatments:
        return (Paragraph("Traitements à la sortie", *_AT_DISCHARGE, lines=("Aucun traitement.",)),)
    kept = tuple(_row(one) for one in content.treatments if one.change.value != "stopped")
    stopped = tuple(_row(one) for one in content.treatments if one.change.value == "stopped")
    parts = []
    if kept:
        parts.append(Paragraph("Traitements à la sortie", *_AT_DISCHARGE, headers=_HEADERS, rows=kept))
    if stopped:
        parts.append(Paragraph("Traitements arrêtés pendant le séjour", *_GIVEN, headers=_HEADERS, rows=stopped))
    return tuple(parts)


def _row(one: Treatment) -> tuple[str, ...]:
    return (one.name, one.change.label, one.dosage, one.duration, one.reason)


def signature_line(sheet: Sheet) -> str:
    """Return the sentence that ends the document."""
    return f"Validé et signé électroniquement par {sheet.signatory.name} le {french.moment(sheet.signed_at)}."
