"""Fillings as values: for those who go on answering, and for those who read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from passerelle.care.forms.models import Filling, FillingState, QuestionnaireVersion
from passerelle.care.forms.rules.evaluating import Evaluation, evaluate
from passerelle.care.forms.rules.loading import load
from passerelle.care.forms.rules.questionnaire import Questionnaire, Value
from passerelle.care.forms.rules.values import from_json

_shelf: dict[tuple[int, str], Questionnaire] = {}


@dataclass(frozen=True, slots=True)
class FillingRow:
    """A filling without its answers, for lists."""

    id: UUID
    url: str
    title: str
    local_identity_id: UUID
    establishment: str
    context_kind: str
    context_id: UUID
    is_finished: bool
    saved_at: datetime
    finished_at: datetime | None
    by_name: str
    by_role: str
    door: str
    scores: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class OpenFilling:
    """A filling with its version of the questions, its answers and what they are worth."""

    row: FillingRow
    version: int
    questionnaire: Questionnaire
    answers: dict[str, tuple[Value, ...]]
    evaluation: Evaluation
    is_from_paper: bool


def questionnaire_of(row: QuestionnaireVersion) -> Questionnaire:
    """Return the questions of a stored version; a version never changes, so it is read once per process."""
    key = (row.pk, row.digest)
    return _shelf.get(key) or _shelf.setdefault(key, load(row.content))


def filling(filling_id: UUID) -> OpenFilling:
    """Return a filling whole; the owner's access decision comes before.

    Raises:
        LookupError: there is none.
    """
    row = Filling.objects.select_related("questionnaire").filter(pk=filling_id).first()
    if row is None:
        raise LookupError(f"no filling {filling_id}")
    questionnaire = questionnaire_of(row.questionnaire)
    answers = from_json(questionnaire, row.answers)
    return OpenFilling(
        row_of(row), row.version, questionnaire, answers, evaluate(questionnaire, answers), row.is_from_paper
    )


def fillings_of(kind: str, ids: Iterable[UUID]) -> list[FillingRow]:
    """Return the fillings that these contexts asked for, in one query, the oldest first."""
    rows = Filling.objects.select_related("questionnaire").filter(context_kind=kind, context_id__in=list(ids))
    return [row_of(row) for row in rows.defer("answers", "questionnaire__content").order_by("begun_at", "id")]


def last_answers(
    url: str, local_identity_ids: Iterable[UUID], *, finished_after: datetime
) -> dict[str, tuple[Value, ...]]:
    """Return the answers of the last finished filling of a questionnaire by these files; empty when there is none.

    For « nothing asked twice »: a later questionnaire shows them to be confirmed.
    """
    row = (
        Filling.objects.select_related("questionnaire")
        .filter(
            questionnaire__url=url,
            local_identity_id__in=list(local_identity_ids),
            state=FillingState.FINISHED,
            finished_at__gte=finished_after,
        )
        .order_by("-finished_at", "-id")
        .first()
    )
    return from_json(questionnaire_of(row.questionnaire), row.answers) if row else {}


def row_of(row: Filling) -> FillingRow:
    """Return a stored filling as the value that leaves this package; its version of the questions is loaded."""
    return FillingRow(
        id=row.id,
        url=row.questionnaire.url,
        title=row.questionnaire.title,
        local_identity_id=row.local_identity_id,
        establishment=row.establishment,
        context_kind=row.context_kind,
        context_id=row.context_id,
        is_finished=row.state == FillingState.FINISHED,
        saved_at=row.saved_at,
        finished_at=row.finished_at,
        by_name=row.by_name,
        by_role=row.by_role,
        door=row.door,
        scores={code: Decimal(value) for code, value in row.scores.items()},
    )
