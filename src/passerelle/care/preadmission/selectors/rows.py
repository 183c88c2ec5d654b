"""What pre-admission gives to others and to its pages: frozen rows, never models."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from passerelle.care.preadmission.rules.plans import Plan
from passerelle.care.preadmission.rules.readiness import Lack
from passerelle.care.preadmission.rules.vocabulary import Coming, Judgement, PieceKind, State, Step
from passerelle.core.files import api as files


@dataclass(frozen=True, slots=True)
class PieceRow:
    """A photograph handed in; `file` is None once its image was forgotten."""

    id: UUID
    kind: PieceKind
    proof: str
    at: datetime
    by_name: str
    door: str
    judgement: Judgement
    note: str
    judged_by: str
    judged_at: datetime | None
    file: files.KeptFile | None = None


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step as it stands; `rank` counts from 1. `answers` are those kept, empty for steps of questions."""

    step: Step
    rank: int
    is_done: bool
    is_begun: bool
    by_name: str = ""
    door: str = ""
    at: datetime | None = None
    is_from_paper: bool = False
    answers: dict[str, Any] = field(default_factory=dict)
    filling_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PreadmissionRow:
    """A pre-admission as it stands. `title` tells no disease; `person_id` is the person of today."""

    id: UUID
    coming: Coming
    coming_id: UUID
    local_identity_id: UUID
    person_id: UUID
    establishment: str
    establishment_name: str
    service: str
    title: str
    plan: Plan
    starts_at: datetime
    state: State
    sent_at: datetime | None
    sent_by: str
    door: str
    version: int
    steps: tuple[StepRow, ...]
    pieces: tuple[PieceRow, ...]
    lacks: tuple[Lack, ...]

    @property
    def done(self) -> int:
        """Return how many steps are done."""
        return sum(one.is_done for one in self.steps)

    @property
    def total(self) -> int:
        """Return how many steps there are."""
        return len(self.steps)

    @property
    def next_step(self) -> Step | None:
        """Return the first step that is not done."""
        return next((one.step for one in self.steps if not one.is_done), None)

    @property
    def is_ready(self) -> bool:
        """Tell whether it was sent and nothing is missing."""
        return self.state is State.SENT and not self.lacks

    @property
    def percent(self) -> int:
        """Return how far it is, from 0 to 100."""
        return round(100 * self.done / self.total) if self.total else 0

    def step(self, step: Step) -> StepRow:
        """Return one of its steps.

        Raises:
            LookupError: this coming does not ask for it.
        """
        found = next((one for one in self.steps if one.step is step), None)
        if found is None:
            raise LookupError(step.value)
        return found

    def piece(self, kind: PieceKind) -> PieceRow | None:
        """Return the photograph of this kind."""
        return next((one for one in self.pieces if one.kind is kind), None)
