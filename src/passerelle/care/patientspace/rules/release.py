"""When a piece is shown to its patient: at once, after a delay, or as soon as a professional has spoken of it.

An establishment sets the longest wait by kind of piece; an announcement by a professional ends it sooner. Nothing is
hidden for ever: each has access to what concerns their health (CSP, art. L. 1111-7).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

#: What an establishment may let wait, by kind.
KINDS: Final = {
    "result": "Résultats d’analyses et comptes rendus codés",
    "11502-2": "Comptes rendus de biologie",
    "60568-3": "Comptes rendus d’anatomie pathologique",
    "18748-4": "Comptes rendus d’imagerie",
    "11488-4": "Comptes rendus de consultation",
    "11490-0": "Lettres de sortie",
}
#: A month at most: nothing is hidden for ever.
LONGEST: Final = 30
Waits = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Held:
    """A piece as the rule sees it: where from, of which kind, made when (None: shown at once)."""

    id: UUID
    establishment: str
    kind: str
    made_at: datetime | None


def shown_from(piece: Held, waits: Waits) -> datetime | None:
    """Return when a piece is shown at the latest; None for at once. A wait is in days."""
    days = waits.get((piece.establishment, piece.kind), 0)
    return piece.made_at + timedelta(days=days) if days and piece.made_at is not None else None


def is_shown(piece: Held, waits: Waits, *, announced: Collection[UUID], at: datetime) -> bool:
    """Tell whether a patient sees a piece now: before that it is neither listed nor counted."""
    from_ = shown_from(piece, waits)
    return from_ is None or at >= from_ or piece.id in announced
