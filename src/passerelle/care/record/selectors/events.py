"""From the rows of a record to the lines of a timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from passerelle.care.record.rules.events import EventKind, asks_to_be_read, event_kind
from passerelle.care.record.rules.readings import RISKS, reading_of, worst_of
from passerelle.care.record.selectors import presenting
from passerelle.care.record.selectors.course_rows import Event
from passerelle.care.record.selectors.opened import Piece
from passerelle.care.record.selectors.phrasing import Phrase, phrase_of
from passerelle.care.record.selectors.presenting import Places
from passerelle.care.record.selectors.rows import AppointmentRow, ObservationRow, StayRow

_REPLACED = "superseded"


@dataclass(frozen=True, slots=True)
class Draft:
    """A line before its resources are read; a taking of blood is one line, its report first when there is one."""

    kind: EventKind
    at: datetime
    establishment: str
    stay_id: UUID | None
    pieces: tuple[Piece, ...]

    @property
    def unread(self) -> tuple[Piece, ...]:
        """Return the pieces that came lately and ask to be read by the viewer."""
        return tuple(one for one in self.pieces if one.is_new and asks_to_be_read(one.type, one.status, self.kind))


def drafts_of(pieces: Sequence[Piece]) -> list[Draft]:
    """Return the lines of a record, newest first; results taken together, and their report, make one."""
    shown = [(one, _kind(one)) for one in pieces if one.type != "Encounter" and one.status != _REPLACED]
    takings: dict[tuple[EventKind, str, datetime], list[Piece]] = {}
    for piece, kind in shown:
        if piece.type == "Observation":
            takings.setdefault((kind, piece.establishment, piece.at), []).append(piece)
    alone: list[Draft] = []
    for piece, kind in shown:
        taken = takings.get((EventKind.LABORATORY, piece.establishment, piece.at))
        if piece.type == "DiagnosticReport" and taken is not None:
            taken.append(piece)
        elif piece.type != "Observation":
            alone.append(_draft(kind, [piece]))
    drafts = [*alone, *(_draft(kind, several) for (kind, _, _), several in takings.items())]
    return sorted(drafts, key=lambda draft: draft.at, reverse=True)


def _kind(piece: Piece) -> EventKind:
    return event_kind(piece.type, tuple(piece.codes), tuple(piece.categories))


def _draft(kind: EventKind, several: Sequence[Piece]) -> Draft:
    ordered = sorted(several, key=lambda piece: piece.type != "DiagnosticReport")
    stay_id = next((piece.stay_id for piece in ordered if piece.stay_id), None)
    return Draft(kind, ordered[0].at, ordered[0].establishment, stay_id, tuple(ordered))


@dataclass(frozen=True, slots=True)
class Telling:
    """What was read for a page, and how its lines are told from it."""

    resources: Mapping[UUID, Mapping[str, Any]]
    where: Places

    def event(self, draft: Draft) -> Event:
        """Return the line of a draft, whose resources have been read."""
        head = draft.pieces[0]
        results = self._results(draft)
        phrase = self._phrase(draft, results)
        risk, risk_label = worst_of(results) if draft.kind is EventKind.LABORATORY else ("neutral", "")
        attachment = self.resources.get(head.id, {}).get("content", [{}])[0].get("attachment", {})
        return Event(
            kind=draft.kind,
            type=head.type,
            id=head.id,
            at=draft.at,
            title=phrase.title,
            detail=phrase.detail,
            author=phrase.author,
            establishment=draft.establishment,
            establishment_name=self.where.establishments.get(draft.establishment, draft.establishment),
            stay_id=draft.stay_id,
            pieces=tuple((piece.type, piece.id, piece.version) for piece in draft.pieces),
            is_unread=bool(draft.unread),
            is_off=phrase.is_off,
            mime=str(attachment.get("contentType", "")),
            results=results,
            risk=risk,
            risk_label=risk_label,
        )

    def stay(self, piece: Piece) -> StayRow:
        """Return the row of a stay."""
        return presenting.stay_row(self.resources[piece.id], piece.establishment, self.where)

    def appointment(self, piece: Piece) -> AppointmentRow:
        """Return the row of an appointment."""
        return presenting.appointment_row(self.resources[piece.id], piece.establishment, self.where)

    def _results(self, draft: Draft) -> tuple[ObservationRow, ...]:
        """Return the results of a line, the worrying ones first."""
        rows = [
            presenting.observation_row(self.resources[piece.id], piece.establishment, self.where)
            for piece in draft.pieces
            if piece.type == "Observation" and piece.id in self.resources
        ]
        return tuple(sorted(rows, key=lambda row: (RISKS[reading_of(row)[0]], row.label.casefold(), row.id)))

    def _phrase(self, draft: Draft, results: Sequence[ObservationRow]) -> Phrase:
        head = self.resources.get(draft.pieces[0].id, {})
        if draft.kind is EventKind.MEASURE:
            return Phrase(
                "Mesures", ", ".join(f"{one.label} {one.value}\u00a0{one.shown_unit}".strip() for one in results)
            )
        told = phrase_of(head)
        if not results:
            return told
        counted = f"{len(results)}\u00a0résultat{'s' if len(results) > 1 else ''}"
        if draft.pieces[0].type == "Observation":
            return Phrase(f"{counted} de laboratoire")
        return replace(told, detail=", ".join(filter(None, [counted, told.detail])))
