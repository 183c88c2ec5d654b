"""Pre-admissions read as rows: of a person, of a coming, of a day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from passerelle.care.forms import api as forms
from passerelle.care.identity import api as identity
from passerelle.care.preadmission.models import Piece, Preadmission, PreadmissionQuerySet, StepEntry
from passerelle.care.preadmission.rules.plans import Plan, plan
from passerelle.care.preadmission.rules.readiness import Handed, Lack, lacks
from passerelle.care.preadmission.rules.vocabulary import OF_HEALTH, Coming, Judgement, PieceKind, State, Step
from passerelle.care.preadmission.selectors.rows import PieceRow, PreadmissionRow, StepRow
from passerelle.core.directory import api as directory
from passerelle.core.files import api as files

CONTEXT: Final = "preadmission"
PIECE: Final = "preadmission.piece"


def by_id(preadmission_id: UUID) -> PreadmissionRow:
    """Return a pre-admission; the access decision is the caller's.

    Raises:
        LookupError: there is none.
    """
    found = rows_of(Preadmission.objects.filter(pk=preadmission_id))
    if not found:
        raise LookupError(f"no preadmission {preadmission_id}")
    return found[0]


def of_coming(coming_id: UUID) -> PreadmissionRow | None:
    """Return the pre-admission of an appointment or a planned stay, None when it asks for none."""
    return next(iter(rows_of(Preadmission.objects.filter(coming_id=coming_id))), None)


def of_person(person_id: UUID, *, at: datetime) -> list[PreadmissionRow]:
    """Return the pre-admissions of the comings of a person from today on, the next one first."""
    mine = [one.id for one in identity.local_identities(person_id)]
    return rows_of(Preadmission.objects.awaited().of(mine).filter(starts_at__gte=at))


def rows_of(found: PreadmissionQuerySet) -> list[PreadmissionRow]:
    """Return rows by the moment of the coming: six queries, whatever their number."""
    held = list(found.order_by("starts_at", "id").prefetch_related("entries", "pieces"))
    if not held:
        return []
    persons = identity.persons_of({one.local_identity_id for one in held})
    names = {one.code: one.name for one in directory.establishments()}
    fillings = _fillings(held)
    kept = {one.owner.id: one for one in files.files_of(PIECE, [p.pk for one in held for p in one.pieces.all()])}
    return [
        _row(one, persons[one.local_identity_id], names.get(one.establishment, one.establishment), fillings, kept)
        for one in held
        if one.local_identity_id in persons
    ]


def _fillings(held: Sequence[Preadmission]) -> dict[UUID, dict[str, forms.FillingRow]]:
    found: dict[UUID, dict[str, forms.FillingRow]] = defaultdict(dict)
    for one in forms.fillings_of(CONTEXT, [row.pk for row in held]):
        found[one.context_id][one.url] = one
    return found


def _row(
    row: Preadmission,
    person_id: UUID,
    establishment_name: str,
    fillings: dict[UUID, dict[str, forms.FillingRow]],
    kept: dict[UUID, files.KeptFile],
) -> PreadmissionRow:
    asked = plan(row.plan)
    entries = {one.step: one for one in row.entries.all()}
    steps = tuple(
        _step(step, rank, entries.get(step.value), fillings[row.pk].get(asked.questionnaire_of(step)))
        for rank, step in enumerate(asked.steps, 1)
    )
    pieces = tuple(_piece(one, kept.get(one.pk)) for one in sorted(row.pieces.all(), key=lambda one: one.kind))
    return PreadmissionRow(
        id=row.pk,
        coming=Coming(row.coming),
        coming_id=row.coming_id,
        local_identity_id=row.local_identity_id,
        person_id=person_id,
        establishment=row.establishment,
        establishment_name=establishment_name,
        service=row.service,
        title=row.title,
        plan=asked,
        starts_at=row.starts_at,
        state=State(row.state),
        sent_at=row.sent_at,
        sent_by=row.sent_by,
        door=row.door,
        version=row.version,
        steps=steps,
        pieces=pieces,
        lacks=_lacks(asked, steps, pieces),
    )


def _lacks(asked: Plan, steps: Sequence[StepRow], pieces: Sequence[PieceRow]) -> tuple[Lack, ...]:
    done = frozenset(one.step for one in steps if one.is_done)
    return lacks(asked.steps, done, [Handed(one.kind, one.judgement) for one in pieces])


def _step(step: Step, rank: int, entry: StepEntry | None, filling: forms.FillingRow | None) -> StepRow:
    if step in OF_HEALTH:
        if filling is None:
            return StepRow(step, rank, is_done=False, is_begun=False)
        return StepRow(
            step,
            rank,
            is_done=filling.is_finished,
            is_begun=True,
            by_name=filling.by_name,
            door=filling.door,
            at=filling.saved_at,
            is_from_paper=entry.is_from_paper if entry else False,
            filling_id=filling.id,
        )
    if entry is None:
        return StepRow(step, rank, is_done=False, is_begun=False)
    return StepRow(
        step,
        rank,
        is_done=entry.is_done,
        is_begun=True,
        by_name=entry.by_name,
        door=entry.door,
        at=entry.at,
        is_from_paper=entry.is_from_paper,
        answers=dict(entry.answers),
    )


def _piece(row: Piece, kept: files.KeptFile | None) -> PieceRow:
    return PieceRow(
        row.pk,
        PieceKind(row.kind),
        row.proof,
        row.at,
        row.by_name,
        row.door,
        Judgement(row.judgement),
        row.note,
        row.judged_by,
        row.judged_at,
        kept,
    )
