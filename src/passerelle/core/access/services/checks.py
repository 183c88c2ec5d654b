from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from passerelle.core.access.matrix import decide
from passerelle.core.access.rules import Decision
from passerelle.core.access.viewer import Viewer
from passerelle.core.access.vocabulary import READING_ACTS, RECORD_KINDS, Act, Kind, Relation, State
from passerelle.core.audit import api as audit


class AccessRefused(Exception):
    """Cette page n’existe pas."""


_ACTIONS = {
    (Kind.PATIENT, Act.BREAK_GLASS): audit.Action.EMERGENCY_ACCESS,
    (Kind.DOCUMENT, Act.READ): audit.Action.DOCUMENT_OPENED,
    (Kind.MESSAGE, Act.READ): audit.Action.MESSAGE_READ,
    (Kind.MESSAGE, Act.REPLAY): audit.Action.MESSAGE_REPLAYED,
    (Kind.VOTE, Act.VOTE): audit.Action.VOTE_CAST,
    (Kind.IDENTITY, Act.MERGE): audit.Action.IDENTITY_MERGED,
}


def check(  # noqa: PLR0913 - the five words of the matrix and the trace; every part is named at the call
    viewer: Viewer,
    kind: Kind,
    act: Act,
    *,
    relation: Relation,
    state: State = State.NORMAL,
    target: str,
    person_id: UUID | None = None,
    at: datetime,
    reason: str = "",
) -> None:
    """Decide on one object and leave the event, allowed or denied.

    Raises:
        AccessRefused: the matrix does not allow it; shown as a page that does not exist.
    """
    decision = decide(viewer.roles, relation, kind, act, state)
    settle(
        viewer,
        kind,
        act,
        decision=decision,
        relation=relation,
        state=state,
        target=target,
        person_id=person_id,
        at=at,
        reason=reason,
    )


def settle(  # noqa: PLR0913 - as `check`, for a decision that was made elsewhere
    viewer: Viewer,
    kind: Kind,
    act: Act,
    *,
    decision: Decision,
    relation: Relation,
    state: State = State.NORMAL,
    target: str,
    person_id: UUID | None = None,
    at: datetime,
    reason: str = "",
    targets: Sequence[str] = (),
) -> None:
    """Leave the event of a decision made on all that is known of a piece, and refuse when it refuses.

    `targets` are more pieces that the same decision was made on.

    Raises:
        AccessRefused: it is a refusal.
    """
    audit.record(
        _action(kind, act) if decision.allowed else audit.Action.ACCESS_DENIED,
        by=viewer.actor(decision.role),
        at=at,
        target=target,
        person_id=person_id,
        outcome="allowed" if decision.allowed else "denied",
        reason=reason,
        detail={"kind": kind.value, "act": act.value, "relation": relation.value, "state": state.value}
        | ({"line": decision.line} if decision.line else {})
        | ({"application": viewer.application} if viewer.application else {})
        | ({"targets": list(targets)} if targets else {}),
    )
    if not decision.allowed:
        raise AccessRefused


def allowed(viewer: Viewer, kind: Kind, act: Act, *, relation: Relation, state: State = State.NORMAL) -> bool:
    """Decide without a trace: for the rows of a list, whose reading is traced once."""
    return decide(viewer.roles, relation, kind, act, state).allowed


def _action(kind: Kind, act: Act) -> audit.Action:
    found = _ACTIONS.get((kind, act))
    if found is not None:
        return found
    if kind is Kind.AUDIT:
        return audit.Action.AUDIT_READ
    if kind is Kind.IDENTITY:
        return audit.Action.IDENTITY_READ if act in READING_ACTS else audit.Action.IDENTITY_CHANGED
    if kind in RECORD_KINDS:
        by_act = {Act.SEARCH: audit.Action.RECORD_SEARCHED, Act.HISTORY: audit.Action.HISTORY_READ}
        by_act |= {Act.EXPORT: audit.Action.RECORD_EXPORTED, Act.READ: audit.Action.RECORD_READ}
        return by_act.get(act, audit.Action.RECORD_WRITTEN)
    reading = act in {Act.READ, Act.SEARCH, Act.HISTORY, Act.VERIFY}
    return audit.Action.RESOURCE_READ if reading else audit.Action.RESOURCE_CHANGED
