"""What a patient carries to another doctor: the essential of the record, and the course of their care."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from passerelle.care.patientspace.selectors.pages import every_document
from passerelle.care.record import api as record
from passerelle.core.access.api import Viewer

_WORDS = {
    record.Theme.ALLERGIES: ("Mes allergies", "Aucune allergie n’est notée."),
    record.Theme.ANTECEDENTS: ("Mes maladies", "Aucune maladie n’est notée."),
    record.Theme.TREATMENTS: ("Mes médicaments", "Aucun médicament n’est noté."),
    record.Theme.PROCEDURES: ("Mes opérations et examens", "Aucune opération n’est notée."),
    record.Theme.IMPLANTS: ("Mes implants", "Aucun implant n’est noté."),
    record.Theme.IMMUNIZATIONS: ("Mes vaccins", "Aucun vaccin n’est noté."),
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """One theme as a patient reads it; `none` says that nothing is written, which is not that there is nothing."""

    code: str
    title: str
    none: str
    knowledge: record.Knowledge


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of care: `kind` is stay, appointment or document; `id` is that of its page, None without one."""

    kind: str
    title: str
    establishment_name: str
    at: datetime
    id: UUID | None
    is_off: bool = False


def chapters(viewer: Viewer, person_id: UUID, *, at: datetime) -> tuple[Chapter, ...]:
    """Return what is known of a person by theme; audited as one reading."""
    known = record.summary(viewer, person_id, at=at).knowledge
    return tuple(Chapter(theme.value, *words, known[theme]) for theme, words in _WORDS.items())


def treatments(viewer: Viewer, person_id: UUID, *, at: datetime) -> record.Knowledge:
    """Return the medicines of a person, those of today and those of before."""
    return record.medications(viewer, person_id, at=at)


def course(viewer: Viewer, person_id: UUID, *, at: datetime) -> tuple[tuple[date, tuple[Step, ...]], ...]:
    """Return stays, appointments and documents by month, the newest first; the first day of a month names it."""
    steps = sorted(_steps(record.timeline(viewer, person_id, at=at)), key=lambda one: (one.at, one.title), reverse=True)
    by_month: dict[date, list[Step]] = {}
    for step in steps:
        by_month.setdefault(timezone.localdate(step.at).replace(day=1), []).append(step)
    return tuple((month, tuple(rows)) for month, rows in by_month.items())


def _steps(told: record.Timeline) -> Iterator[Step]:
    for stay in told.stays:
        if stay.start is not None:
            yield Step("stay", stay.class_label or "Séjour", stay.establishment_name, stay.start, stay.id)
    for one in told.appointments:
        if one.start is not None:
            title = one.service or "Rendez-vous"
            yield Step("appointment", title, one.establishment_name, one.start, None, is_off=one.is_off)
    yield from _papers(every_document(told))


def _papers(documents: Sequence[record.DocumentRow]) -> Iterator[Step]:
    for one in documents:
        if one.created_at is not None:
            yield Step("document", one.title, one.establishment_name, one.created_at, one.id)
