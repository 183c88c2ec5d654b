"""The pairs to decide and those decided."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from passerelle.care.matching.models import Pair, PairState
from passerelle.care.matching.rules.scoring import FieldScore


@dataclass(frozen=True, slots=True)
class PairRow:
    """A pair of local identities, with the explanation frozen when it was proposed.

    `fields` heaviest first; `guards` are the rules that kept the pair from an automatic link; `notes` what could not be
    read whole. `settled_by` is a name, « Passerelle » for an automatic link.
    """

    id: UUID
    first_id: UUID
    second_id: UUID
    first_establishment: str
    second_establishment: str
    weight: float
    probability: float
    fields: tuple[FieldScore, ...]
    guards: tuple[str, ...]
    notes: tuple[str, ...]
    model_version: str
    state: PairState
    proposed_at: datetime
    settled_at: datetime | None
    settled_by: str
    reason: str

    @property
    def state_label(self) -> str:
        """Return the French name of the state."""
        return str(self.state.label)

    @property
    def is_open(self) -> bool:
        """Tell a pair that waits for a decision."""
        return self.state == PairState.OPEN


def open_pairs(*, establishments: frozenset[str] | None = None, limit: int = 50, offset: int = 0) -> list[PairRow]:
    """Return the pairs to decide, most probable first; `establishments` keeps those that touch one of them."""
    rows = _open(establishments).order_by("-probability", "id")[offset : offset + limit]
    return [pair_row(row) for row in rows]


def count_open_pairs(*, establishments: frozenset[str] | None = None) -> int:
    """Return how many pairs wait for a decision."""
    return _open(establishments).count()


def pair(pair_id: UUID) -> PairRow:
    """Return one pair, open or not.

    Raises:
        LookupError: there is no such pair.
    """
    row = Pair.objects.filter(pk=pair_id).first()
    if row is None:
        raise LookupError(f"no pair {pair_id}")
    return pair_row(row)


def pairs_of(local_identity_id: UUID) -> list[PairRow]:
    """Return every pair of a local identity, newest first."""
    rows = Pair.objects.filter(Q(first_id=local_identity_id) | Q(second_id=local_identity_id))
    return [pair_row(row) for row in rows.order_by("-proposed_at", "id")]


def _open(establishments: frozenset[str] | None) -> QuerySet[Pair]:
    rows = Pair.objects.filter(state=PairState.OPEN)
    if establishments is None:
        return rows
    return rows.filter(Q(first_establishment__in=establishments) | Q(second_establishment__in=establishments))


def pair_row(row: Pair) -> PairRow:
    """Return what the desk shows of a stored pair."""
    told: dict[str, Any] = row.explanation
    return PairRow(
        id=row.pk,
        first_id=row.first_id,
        second_id=row.second_id,
        first_establishment=row.first_establishment,
        second_establishment=row.second_establishment,
        weight=row.weight,
        probability=row.probability,
        fields=tuple(FieldScore(**one) for one in told["fields"]),
        guards=tuple(told["guards"]),
        notes=tuple(told["notes"]),
        model_version=row.model_version,
        state=PairState(row.state),
        proposed_at=row.proposed_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        reason=row.reason,
    )
