"""Separating what was united: by a decision of the desk, by a message, or by the matcher alone."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.identitovigilance.models import Decision, DecisionState, Verdict
from passerelle.care.identitovigilance.services.deciding import ReasonNeeded
from passerelle.care.identity import api as identity
from passerelle.care.matching import api as matching
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer


@transaction.atomic
def undo_tie(*, kind: identity.TieKind, tie_id: UUID, by: Viewer, at: datetime, reason: str) -> Decision:
    """Undo a merge or a joining, and its companion when one decision made both; keep who did it and why.

    Everything goes back to its own local identity: nothing was moved when they were united.

    Raises:
        ReasonNeeded: a separation says why.
        NotMerged, NotJoined: it is undone already (`identity.api`).
    """
    if not reason.strip():
        raise ReasonNeeded
    tie = identity.tie(kind, tie_id)
    files = identity.traits_by_file([tie.first_id, tie.second_id])
    places = sorted({one.establishment for one in files.values()})
    access.check(
        by,
        Kind.IDENTITY,
        Act.MERGE,
        relation=Relation.ESTABLISHMENT if by.establishments & set(places) else Relation.TERRITORY,
        target=f"{kind}:{tie_id}",
        person_id=identity.person_of(tie.first_id),
        at=at,
        reason=reason[:300],
    )
    made_by = _undo_decision(kind, tie_id, by=by, at=at, reason=reason)
    if made_by is None:
        _undo_one(kind, tie_id, at=at, reason=reason)
    _tell_matcher(tie, by=by, at=at, reason=reason)
    return Decision.objects.create(
        verdict=Verdict.SEPARATED,
        state=DecisionState.EFFECTIVE,
        pair_id=None,
        first_id=tie.first_id,
        second_id=tie.second_id,
        establishments=places,
        reason=reason[:500],
        merge_id=tie_id if kind == "merge" else None,
        joining_id=tie_id if kind == "joining" else None,
        decided_by=by.account_id,
        decided_by_name=by.name,
        decided_at=at,
    )


def _undo_decision(kind: str, tie_id: UUID, *, by: Viewer, at: datetime, reason: str) -> Decision | None:
    """Undo all that one decision of the desk did, if it was one."""
    named = {"merge_id" if kind == "merge" else "joining_id": tie_id}
    in_force = Decision.objects.select_for_update().filter(verdict=Verdict.SAME, state=DecisionState.EFFECTIVE)
    row = in_force.filter(**named).first()
    if row is None:
        return None
    if row.merge_id is not None:
        _undo_one("merge", row.merge_id, at=at, reason=reason)
    if row.joining_id is not None:
        _undo_one("joining", row.joining_id, at=at, reason=reason)
    row.state, row.undone_by_name, row.undone_at, row.undone_reason = DecisionState.UNDONE, by.name, at, reason[:500]
    row.save(update_fields=["state", "undone_by_name", "undone_at", "undone_reason"])
    return row


def _undo_one(kind: str, tie_id: UUID, *, at: datetime, reason: str) -> None:
    if kind == "joining":
        identity.unjoin(joining_id=tie_id, at=at, reason=reason[:500])
        return
    identity.unmerge(merge_id=tie_id, at=at, reason=reason[:500])


def _tell_matcher(tie: identity.TieRow, *, by: Viewer, at: datetime, reason: str) -> None:
    """Let the matcher remember that they are two persons, so that it proposes them no more."""
    for pair in matching.pairs_of(tie.first_id):
        if {pair.first_id, pair.second_id} != {tie.first_id, tie.second_id}:
            continue
        with suppress(matching.NotJoined):
            matching.undo_pair(pair_id=pair.id, by=by.actor(), at=at, reason=reason[:500])
