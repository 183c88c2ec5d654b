"""Decisions of officers on a pair: signed, dated, reversible; two signatures where the stakes are high."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.identitovigilance.models import Decision, DecisionState, Verdict
from passerelle.care.identitovigilance.rules.signing import known_evidence, needs_reason
from passerelle.care.identitovigilance.rules.subjects import subject_of_pair
from passerelle.care.identitovigilance.selectors.stakes import second_signature, stakes_of
from passerelle.care.identitovigilance.services.claiming import claim, release
from passerelle.care.identity import api as identity
from passerelle.care.matching import api as matching
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer


class DecisionRefused(Exception):
    """Cette décision est impossible."""


class ReasonNeeded(DecisionRefused):
    """Donnez le motif : les deux identités sont de confiance, ou rien d’autre que les traits n’a été examiné."""


class EvidenceNeeded(DecisionRefused):
    """Dites ce que vous avez examiné."""


class AlreadyAwaiting(DecisionRefused):
    """Cette paire attend déjà une seconde signature."""


class SamePerson(DecisionRefused):
    """La seconde signature doit être celle d’une autre personne."""


class NotAwaiting(DecisionRefused):
    """Cette décision n’attend plus de signature."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an officer says of a pair. `survivor_id` is the file kept when both are of one establishment."""

    verdict: Verdict
    reason: str = ""
    evidence: str = ""
    survivor_id: UUID | None = None


@transaction.atomic
def decide_pair(*, pair_id: UUID, ruling: Ruling, by: Viewer, at: datetime) -> Decision:
    """Decide an open pair: join it (at once, or once countersigned), declare it two persons, or leave it for later.

    Raises:
        ClaimedByOther: another officer is on it.
        DecisionRefused: a reason or a proof is missing, or it waits for a second signature already.
        NotOpen: it is decided already (`matching.api`).
        AssignmentRefused: both hold qualified INS that differ (`identity.api`).
        MergeRefused: the two files cannot be merged (`identity.api`).
    """
    pair = matching.pair(pair_id)
    _check(by, pair, at=at)
    if not pair.is_open:
        raise matching.NotOpen
    claim(subject=subject_of_pair(pair_id), by=by, at=at)
    if Decision.objects.filter(pair_id=pair_id, state=DecisionState.AWAITING).exists():
        raise AlreadyAwaiting
    row = _draft(pair, ruling, by=by, at=at)
    if ruling.verdict == Verdict.SAME:
        _sign_union(row, pair, ruling)
    elif ruling.verdict == Verdict.DIFFERENT:
        matching.settle_pair(pair_id=pair_id, is_same=False, by=by.actor(), at=at, reason=ruling.reason)
    row.save()
    if row.state == DecisionState.EFFECTIVE and ruling.verdict == Verdict.SAME:
        _unite(row, by=by, at=at)
    release(subject=subject_of_pair(pair_id), by=by)
    return row


def _check(by: Viewer, pair: matching.PairRow, *, at: datetime) -> None:
    is_here = bool({pair.first_establishment, pair.second_establishment} & by.establishments)
    access.check(
        by,
        Kind.IDENTITY,
        Act.MERGE,
        relation=Relation.ESTABLISHMENT if is_here else Relation.TERRITORY,
        target=f"pair:{pair.id}",
        at=at,
    )


def _draft(pair: matching.PairRow, ruling: Ruling, *, by: Viewer, at: datetime) -> Decision:
    return Decision(
        verdict=ruling.verdict,
        state=DecisionState.EFFECTIVE,
        pair_id=pair.id,
        first_id=pair.first_id,
        second_id=pair.second_id,
        survivor_id=ruling.survivor_id,
        establishments=sorted({pair.first_establishment, pair.second_establishment}),
        reason=ruling.reason,
        evidence=ruling.evidence,
        seen={
            "weight": str(pair.weight),
            "probability": str(pair.probability),
            "model": pair.model_version,
            "fields": [field.why_fr for field in pair.fields],
            "guards": list(pair.guards),
        },
        decided_by=by.account_id,
        decided_by_name=by.name,
        decided_at=at,
    )


def _sign_union(row: Decision, pair: matching.PairRow, ruling: Ruling) -> None:
    """Say whether a union takes effect at once or awaits a second signature.

    Raises:
        DecisionRefused: a proof or a reason is missing.
    """
    if not known_evidence(ruling.evidence):
        raise EvidenceNeeded
    stakes = stakes_of(pair)
    if needs_reason(stakes, ruling.evidence) and not ruling.reason:
        raise ReasonNeeded
    if second_signature(stakes, on=row.decided_at.date()):
        row.state = DecisionState.AWAITING


@transaction.atomic
def countersign(*, decision_id: UUID, agrees: bool, by: Viewer, at: datetime, note: str = "") -> Decision:
    """Sign a decision after another officer: it takes effect, or is declined and the pair is open again.

    Raises:
        NotAwaiting: it was signed meanwhile.
        SamePerson: whoever decided may not sign twice.
        ReasonNeeded: declining says why.
    """
    row = Decision.objects.select_for_update().get(pk=decision_id)
    if row.state != DecisionState.AWAITING or row.pair_id is None:
        raise NotAwaiting
    _check(by, matching.pair(row.pair_id), at=at)
    if row.decided_by == by.account_id:
        raise SamePerson
    if not agrees and not note:
        raise ReasonNeeded
    row.state = DecisionState.EFFECTIVE if agrees else DecisionState.DECLINED
    row.second_by, row.second_by_name, row.second_at, row.second_note = by.account_id, by.name, at, note
    row.save()
    if agrees:
        _unite(row, by=by, at=at)
    return row


def _unite(row: Decision, *, by: Viewer, at: datetime) -> None:
    """Make one person of both sides; two files of one establishment are merged as well, and applications are told."""
    if row.pair_id is not None:
        matching.settle_pair(pair_id=row.pair_id, is_same=True, by=by.actor(), at=at, reason=row.reason)
    row.joining_id = _joining_between(row.first_id, row.second_id)
    if len(row.establishments) == 1:
        survivor = row.survivor_id or row.first_id
        victim = row.second_id if survivor == row.first_id else row.first_id
        row.survivor_id = survivor
        source = f"décision {row.pk}, {row.decided_by_name}"[:200]
        row.merge_id = identity.merge(survivor_id=survivor, victim_id=victim, at=at, source=source)
    row.save(update_fields=["joining_id", "merge_id", "survivor_id"])


def _joining_between(first_id: UUID, second_id: UUID) -> UUID | None:
    ties = identity.ties_of([first_id])
    return next(
        (
            tie.id
            for tie in ties
            if tie.kind == "joining" and tie.is_in_force and {tie.first_id, tie.second_id} == {first_id, second_id}
        ),
        None,
    )
