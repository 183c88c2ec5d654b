"""Everything a person decided, and each decision as a receipt."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.consent.models import (
    KINDS,
    CareTeamMember,
    Choice,
    MaskedDocument,
    MinorSecret,
    Opposition,
    ProtectedIdentity,
    Representation,
    TrustedPerson,
    Withdrawal,
)
from passerelle.care.consent.rules.vocabulary import Door, Item, Level, Nature, ProtectionReason, Scope

KIND_LABELS = {
    "careteam": "Équipe choisie",
    "opposition": "Opposition",
    "masked": "Document masqué",
    "secret": "Soin tenu secret",
    "trusted": "Personne de confiance",
    "representation": "Représentation",
    "protected": "Identité protégée",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One choice, from its making to its end. `withdrawn_at` is None while it was not withdrawn.

    `piece_id` is the document, stay or appointment it is about, None when it is about the whole record.
    """

    id: UUID
    kind: str
    kind_label: str
    what: str
    at: datetime
    by_name: str
    door: Door
    ends_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by: str
    piece_id: UUID | None = None

    def is_in_force(self, at: datetime) -> bool:
        """Tell whether it holds at this moment."""
        ends = [one for one in (self.ends_at, self.withdrawn_at) if one is not None]
        return self.at <= at and all(at < one for one in ends)


def choices_log(person_id: UUID) -> list[Said]:
    """Return everything this person decided, or was decided for them, newest first."""
    rows = [(kind, row) for kind, model in KINDS.items() for row in model.objects.of(person_id)]
    ended = {row.choice_id: row for row in Withdrawal.objects.filter(choice_id__in=[row.pk for _, row in rows])}
    found = [_said(kind, row, ended.get(row.pk)) for kind, row in rows]
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)


def receipt(person_id: UUID, choice_id: UUID) -> Said | None:
    """Return one of those, None when this person has no such choice."""
    return next((one for one in choices_log(person_id) if one.id == choice_id), None)


def _said(kind: str, row: Choice, end: Withdrawal | None) -> Said:
    return Said(
        id=row.pk,
        kind=kind,
        kind_label=KIND_LABELS[kind],
        what=_what(row),
        at=row.at,
        by_name=row.by_name,
        door=Door(row.door),
        ends_at=row.ends_at,
        withdrawn_at=end.at if end else None,
        withdrawn_by=end.by_name if end else "",
        piece_id=_piece(row),
    )


def _piece(row: Choice) -> UUID | None:
    match row:
        case MaskedDocument():
            return row.document_id
        case MinorSecret():
            return row.item_id
    return None


def _what(row: Choice) -> str:
    """Say what a choice is about, without a verb: « Dr Mistral, tout, sauf les documents masqués »."""
    match row:
        case CareTeamMember():
            main = ", médecin traitant" if row.is_main_doctor else ""
            return f"{row.label}{main}\u00a0: {_lower(Level(row.level).label)}"
        case Opposition():
            scope = Scope(row.scope)
            return row.label or scope.label
        case MaskedDocument():
            return row.title or "Document"
        case MinorSecret():
            return Item(row.item).label
        case TrustedPerson():
            return row.name
        case Representation():
            return Nature(row.nature).label
        case ProtectedIdentity():
            return ProtectionReason(row.reason).label
    raise TypeError(type(row))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
