"""« Qui a consulté mon dossier »: the journal of one record, as its patient reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from passerelle.care.patientspace.rules import journal as rules
from passerelle.care.record import api as record
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, Viewer
from passerelle.core.audit import api as audit
from passerelle.core.ui.api import french

_PER_PAGE = 40
_BATCH = 100
_BATCHES = 10
_CODES = {action.label: action.value for action in audit.Action}
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to keep of the journal: `since` inclusive, `before` exclusive; `what` is "", urgence or document."""

    before: datetime | None = None
    since: datetime | None = None
    what: str = ""
    with_mine: bool = False

    def keeps(self, fact: rules.Fact) -> bool:
        """Tell whether a line answers what is asked."""
        if fact.is_mine and not self.with_mine:
            return False
        if self.what == "urgence":
            return fact.is_emergency
        return self.what != "document" or bool(fact.document)


@dataclass(frozen=True, slots=True)
class Accesses:
    """A page of the journal; `next_before` is where the next one starts, None on the last."""

    lines: tuple[rules.Line, ...]
    next_before: datetime | None


def accesses(viewer: Viewer, person_id: UUID, *, at: datetime, wanted: Wanted) -> Accesses:
    """Return who consulted the record, newest first; this reading is audited too.

    Raises:
        AccessRefused: the viewer is not this person.
    """
    relation = Relation.SELF if viewer.person_id == person_id else Relation.NONE
    target = f"person:{person_id}"
    access.check(viewer, Kind.AUDIT, Act.READ, relation=relation, target=target, person_id=person_id, at=at)
    return _accesses(person_id, record.documents(viewer, person_id, at=at), wanted)


def latest(person_id: UUID, documents: Iterable[record.DocumentRow]) -> tuple[rules.Line, ...]:
    """Return the newest accesses by others; the reading of the page was audited."""
    return _accesses(person_id, documents, Wanted()).lines


def about(viewer: Viewer, person_id: UUID, moment: datetime | None) -> str:
    """Return the line of the journal of that moment in one sentence, "" when there is none."""
    if moment is None or viewer.person_id != person_id:
        return ""
    row = next(iter(audit.accesses_to(person_id, limit=1, before=moment + _INSTANT)), None)
    if row is None or row.at != moment:
        return ""
    place = f", {row.establishment_name}" if row.establishment_name else ""
    return (
        f"{row.actor_name} ({row.role_label.lower()}{place}), {french.moment(row.at)}\u00a0: {row.action_label.lower()}"
    )


def _accesses(person_id: UUID, documents: Iterable[record.DocumentRow], wanted: Wanted) -> Accesses:
    titles = {str(document.id): document.title for document in documents}
    facts: list[tuple[rules.Fact, str]] = []
    before = wanted.before
    for _ in range(_BATCHES):
        rows, before = _batch(person_id, before)
        recent = [row for row in rows if wanted.since is None or row.at >= wanted.since]
        told = ((_fact(row, titles), row.action_label) for row in recent)
        facts += [pair for pair in told if wanted.keeps(pair[0])]
        if len(recent) < len(rows):
            before = None
        if before is None or len(facts) >= _PER_PAGE:
            break
    return Accesses(tuple(rules.lines(facts)), before)


def _batch(person_id: UUID, before: datetime | None) -> tuple[list[audit.AccessRow], datetime | None]:
    """Return the next rows and where the following ones start, None after the last.

    Rows of one moment are never cut in two: those of the last moment of a full batch wait for the next one.
    """
    rows = audit.accesses_to(person_id, limit=_BATCH, before=before)
    if len(rows) < _BATCH:
        return rows, None
    edge = rows[-1].at
    if rows[0].at == edge:
        return rows, edge
    return [row for row in rows if row.at != edge], edge + _INSTANT


def _fact(row: audit.AccessRow, titles: dict[str, str]) -> rules.Fact:
    action = _CODES.get(row.action_label, "")
    is_opening = action == audit.Action.EMERGENCY_ACCESS.value
    return rules.Fact(
        at=row.at,
        day=timezone.localdate(row.at),
        who=row.actor_name,
        profession=row.role_label,
        where=row.establishment_name,
        action=action,
        document=rules.document_of(row.target, titles),
        why=row.reason or rules.why(row.relation),
        is_mine=row.relation == Relation.SELF.value,
        is_emergency=is_opening or row.relation == Relation.EMERGENCY.value,
    )
