"""The replays as screens show them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.exchange.models import ReplayRun, RunState
from passerelle.core.access.api import Role, Viewer

_KINDS = {
    RunState.PROPOSED: "attention",
    RunState.RUNNING: "info",
    RunState.STOPPED: "neutral",
    RunState.DONE: "done",
}


@dataclass(frozen=True, slots=True)
class RunLine:
    """A replay, and how far it is."""

    id: UUID
    told: str
    reason: str
    asked_at: datetime
    asked_by: str
    approved_at: datetime | None
    approved_by: str
    state: str
    state_label: str
    status_kind: str
    total: int
    replayed: int
    refused: int
    ended_at: datetime | None
    is_mine: bool

    @property
    def done(self) -> int:
        """Return how many messages were looked at, never more than the bar is long."""
        return self.total if self.state == RunState.DONE else min(self.replayed + self.refused, self.total)

    @property
    def awaits_someone(self) -> bool:
        return self.state == RunState.PROPOSED

    @property
    def is_running(self) -> bool:
        return self.state == RunState.RUNNING

    @property
    def is_stopped(self) -> bool:
        return self.state == RunState.STOPPED


def run_lines(viewer: Viewer) -> list[RunLine]:
    """Return the last replays that this viewer may see."""
    rows = ReplayRun.objects.order_by("-asked_at", "pk")[:200]
    return [_line(row, viewer) for row in rows if _is_visible(row, viewer)][:50]


def run_line(viewer: Viewer, run_id: UUID) -> RunLine | None:
    """Return one replay; None when it does not exist or is not for this viewer."""
    row = ReplayRun.objects.filter(pk=run_id).first()
    return _line(row, viewer) if row and _is_visible(row, viewer) else None


def _is_visible(row: ReplayRun, viewer: Viewer) -> bool:
    """Show a replay to whoever keeps every flow it touches."""
    if (Role.INTEGRATOR, None) in viewer.assignments:
        return True
    group, kept = row.criteria.get("group"), row.criteria.get("kept")
    touched = [group["establishment"]] if group else kept
    if touched is None:
        return False
    return viewer.has(Role.INTEGRATOR) and all(not code or viewer.has(Role.INTEGRATOR, code) for code in touched)


def _line(row: ReplayRun, viewer: Viewer) -> RunLine:
    state = RunState(row.state)
    return RunLine(
        id=row.pk,
        told=row.told,
        reason=row.reason,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        approved_at=row.approved_at,
        approved_by=row.approved_by,
        state=row.state,
        state_label=state.label,
        status_kind=_KINDS[state],
        total=row.total,
        replayed=row.replayed,
        refused=row.refused,
        ended_at=row.ended_at,
        is_mine=row.asked_by_id == viewer.account_id,
    )
