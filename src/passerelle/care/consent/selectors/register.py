"""The choices of everybody, for the data-protection officer: who refused what, since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from passerelle.care.consent.models import Opposition
from passerelle.care.consent.rules.vocabulary import Door, Scope
from passerelle.care.consent.selectors.followup import Review
from passerelle.core.directory import api as directory
from passerelle.core.ui.api import french

MOST: Final = 5_000
OPPOSITION_HEADS: Final = ("Numéro du dossier", "Portée", "Qui", "Depuis", "Dit par")
REVIEW_HEADS: Final = (
    "Ouvert le",
    "Professionnel",
    "Établissement",
    "Numéro du dossier",
    "Nature",
    "Motif",
    "Durée",
    "État",
    "À revoir avant le",
    "Alerte de fréquence",
    "Vu par le patient",
    "Note",
    "Revu par",
)


@dataclass(frozen=True, slots=True)
class OppositionLine:
    """One opposition in force; the patient is a number, for the register does not need their name."""

    person_id: UUID
    scope: Scope
    label: str
    starts_at: datetime
    door: Door


def opposition_register(*, at: datetime, limit: int = MOST) -> list[OppositionLine]:
    """Return the oppositions in force, newest first, at most `limit`."""
    rows = Opposition.objects.in_force(at).order_by("-starts_at", "id")[:limit]
    return [
        OppositionLine(row.person_id, scope, row.label or scope.label, row.starts_at, Door(row.door))
        for row, scope in ((row, Scope(row.scope)) for row in rows)
    ]


def opposition_cells(lines: Iterable[OppositionLine]) -> list[list[str]]:
    """Return the register as rows of text."""
    return [
        [str(one.person_id), one.scope.label, one.label, french.short_moment(one.starts_at), one.door.label]
        for one in lines
    ]


def review_cells(rows: Iterable[Review]) -> list[list[str]]:
    """Return the emergency accesses as rows of text."""
    names = {row.code: row.short_name for row in directory.establishments(with_test=True)}
    return [_review_cells(row, names) for row in rows]


def _review_cells(row: Review, names: dict[str, str]) -> list[str]:
    opened = row.emergency
    return [
        french.short_moment(opened.at),
        opened.actor_name,
        names.get(opened.establishment, opened.establishment),
        str(opened.person_id),
        opened.reason_label,
        opened.reason,
        french.duration(opened.closes_at - opened.at),
        row.stage.label,
        french.short_moment(row.due_at),
        "oui" if row.is_too_often else "",
        "oui" if row.was_seen else "",
        row.note,
        row.by_name,
    ]
