"""The register of decisions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.cooperation.governance.models import AgendaItem, Decision, DecisionOutcome
from passerelle.cooperation.governance.selectors.ballots import BallotView, ballot_view
from passerelle.cooperation.governance.selectors.papers import Papers, read_papers


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision in a list; `label` is its number as it is said, without the code of the body."""

    number: str
    label: str
    title: str
    body_name: str
    outcome: str
    outcome_label: str
    explanation: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """A decision with the papers it was taken on, checked against their digest as they are read."""

    decision: DecisionRow
    session_id: UUID
    item_id: UUID
    is_simulated: bool
    ballot: BallotView
    papers: Papers


def decision_row(decision: Decision, item: AgendaItem) -> DecisionRow:
    """Describe a decision; its item comes with its session and body."""
    return DecisionRow(
        number=decision.number,
        label=decision.number.removeprefix(f"{item.session.body_id}-"),
        title=item.title,
        body_name=item.session.body.name,
        outcome=decision.outcome,
        outcome_label=str(DecisionOutcome(decision.outcome).label),
        explanation=decision.explanation,
        decided_at=decision.decided_at,
    )


def decision_register(*, subject: tuple[str, str] | None = None) -> list[DecisionRow]:
    """Return every decision, the latest first; or those on one subject (kind, id)."""
    rows = Decision.objects.select_related("item__session__body")
    if subject is not None:
        rows = rows.filter(item__subject_kind=subject[0], item__subject_id=subject[1])
    return [decision_row(row, row.item) for row in rows.order_by("-decided_at", "number")]


def decision_page(number: str) -> DecisionPage | None:
    """Return a decision with its votes and its frozen papers; None when the number is unknown."""
    row = (
        Decision.objects.select_related("item__session__body", "item__ballot")
        .prefetch_related("item__ballot__votes", "item__session__attendances")
        .filter(number=number)
        .first()
    )
    if row is None:
        return None
    return DecisionPage(
        decision=decision_row(row, row.item),
        session_id=row.item.session_id,
        item_id=row.item_id,
        is_simulated=row.item.session.is_simulated,
        ballot=ballot_view(row.item.ballot, row.item),
        papers=read_papers(row.exhibit_json, row.exhibit_sha256),
    )
