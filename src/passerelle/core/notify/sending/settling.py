"""Write what became of a batch: the messages, their steps, the gateway's line. One transaction."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from passerelle.core.notify.models import Line, State, Step, StepKind
from passerelle.core.notify.rules.circuit import MOST_ATTEMPTS, Circuit, after_failure, backoff
from passerelle.core.notify.rules.outcomes import Outcome, Verdict

_SETTLE: Final = """
    UPDATE notify_message m SET state = told.state, reason = told.reason, parts = told.parts,
        gateway_reference = CASE WHEN told.reference <> '' THEN told.reference ELSE m.gateway_reference END,
        due_at = coalesce(told.due_at, m.due_at),
        sent_at = CASE WHEN told.state = 'sent' THEN %(at)s ELSE m.sent_at END,
        settled_at = CASE WHEN told.state IN ('sent', 'failed') THEN %(at)s ELSE NULL END
    FROM unnest(%(rows)s::bigint[], %(states)s::text[], %(reasons)s::text[], %(references)s::text[],
        %(parts)s::int[], %(dues)s::timestamptz[]) AS told(id, state, reason, reference, parts, due_at)
    WHERE m.id = told.id AND m.token = %(token)s AND m.state IN ('sending', 'doubtful')
"""
#: A receipt was quicker than the answer: what it said stands, only what the answer adds is kept.
_COMPLETE: Final = """
    UPDATE notify_message m SET parts = told.parts, sent_at = coalesce(m.sent_at, %(at)s),
        gateway_reference = CASE WHEN m.gateway_reference = '' THEN told.reference ELSE m.gateway_reference END
    FROM unnest(%(rows)s::bigint[], %(references)s::text[], %(parts)s::int[]) AS told(id, reference, parts)
    WHERE m.id = told.id AND m.token = %(token)s AND m.state IN ('sent', 'delivered', 'failed')
"""
#: Claimed, then not tried: the gateway went away before its turn.
_RELEASE: Final = """
    UPDATE notify_message SET state = 'waiting', attempts = attempts - 1, token = NULL
    WHERE id = ANY(%(rows)s) AND token = %(token)s AND state = 'sending'
"""
_STEPS: Final = {
    Verdict.ACCEPTED: StepKind.ACCEPTED,
    Verdict.REFUSED: StepKind.REFUSED,
    Verdict.LATER: StepKind.LATER,
    Verdict.DOUBTFUL: StepKind.UNANSWERED,
}


@dataclass(frozen=True, slots=True)
class Tried:
    """One message of a batch: its outcome, None when it was not tried."""

    row: int
    attempts: int
    parts: int
    outcome: Outcome | None


@transaction.atomic
def settle(batch: Sequence[Tried], *, gateway: str, token: UUID, at: datetime) -> None:
    """Write the outcomes. A message whose token is no longer ours, or that a receipt settled, keeps what it has."""
    tried = [(one, one.outcome) for one in batch if one.outcome is not None]
    released = [one.row for one in batch if one.outcome is None]
    settled = [(_state(one, outcome), one, outcome) for one, outcome in tried]
    told: dict[str, Any] = {
        "at": at,
        "token": token,
        "rows": [one.row for _, one, _ in settled],
        "states": [str(state) for state, _, _ in settled],
        "reasons": [outcome.reason[:300] if state != State.SENT else "" for state, _, outcome in settled],
        "references": [outcome.reference[:200] for _, _, outcome in settled],
        "parts": [one.parts for _, one, _ in settled],
        "dues": [at + _wait(one) if state == State.WAITING else None for state, one, _ in settled],
    }
    with connection.cursor() as cursor:
        if settled:
            cursor.execute(_COMPLETE, told)
            cursor.execute(_SETTLE, told)
        if released:
            cursor.execute(_RELEASE, {"rows": released, "token": token})
    Step.objects.bulk_create(
        Step(message_id=one.row, at=at, kind=_STEPS[outcome.verdict], note=outcome.reason[:300])
        for _, one, outcome in settled
    )
    _note_on_line(gateway, [outcome for _, outcome in tried], at)


def _state(one: Tried, outcome: Outcome) -> State:
    match outcome.verdict:
        case Verdict.ACCEPTED:
            return State.SENT
        case Verdict.REFUSED:
            return State.FAILED
        case Verdict.DOUBTFUL:
            return State.DOUBTFUL
        case Verdict.LATER:
            return State.FAILED if one.attempts >= MOST_ATTEMPTS else State.WAITING


def _wait(one: Tried) -> timedelta:
    return backoff(one.attempts, chance=random.random())  # noqa: S311 - it spreads tries, it hides nothing


def _note_on_line(gateway: str, outcomes: Sequence[Outcome], at: datetime) -> None:
    """Write how the gateway fares: a batch is one success, or one failure when it ended in one."""
    if not outcomes:
        return
    line = Line.objects.select_for_update(of=("self",)).get(code=gateway)
    away = [outcome for outcome in outcomes if outcome.is_away]
    if any(not outcome.is_away for outcome in outcomes):
        line.last_success_at = at
    if away:
        before = Circuit(line.circuit, line.failures, line.retry_at)
        after = after_failure(before, at=at, chance=random.random())  # noqa: S311 - the same
        line.circuit, line.failures, line.retry_at = after.state, after.failures, after.retry_at
        line.last_error_at, line.last_error = at, away[-1].reason[:300]
    else:
        line.circuit, line.failures, line.retry_at = "closed", 0, None
    line.save(update_fields=["last_success_at", "circuit", "failures", "retry_at", "last_error_at", "last_error"])
