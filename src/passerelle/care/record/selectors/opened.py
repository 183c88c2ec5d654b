"""A record opened by someone: the one decision that opens it, its one trace, and its rows that may be known of."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from passerelle.care.record.rules.visibility import Standing, states_allowed, ties_by_part
from passerelle.care.record.selectors.clauses import Clause
from passerelle.care.record.selectors.conditions import NOTHING, all_of, any_of
from passerelle.care.record.selectors.relations import standing_of
from passerelle.care.record.selectors.sight import Sight
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, Kind, Relation, State, Viewer
from passerelle.protocols.fhir import api as fhir

_OUTLINE: Final = (
    "held.type, held.id, held.version, held.establishment, coalesce(held.status, ''),"
    " split_part(coalesce(held.class_code, ''), '|', 2), coalesce(held.codes, '{}'), coalesce(held.categories, '{}'),"
    " held.date_start, held.date_end, held.encounter, held.last_updated, held.last_updated > %s AND NOT EXISTS ("
    "SELECT FROM record_readmark mark WHERE mark.account_id = %s AND mark.resource_id = held.id"
    " AND mark.type = held.type AND mark.version = held.version)"
)
#: Older pieces ask nobody to read them.
UNREAD_FOR: Final = timedelta(days=30)
_READ: Final = "held.type, held.establishment, held.last_updated, held.body"
_NEWEST_FIRST: Final = " ORDER BY coalesce(held.date_start, held.last_updated) DESC, held.id"
_WITHDRAWN: Final = "entered-in-error"


class Piece(NamedTuple):
    """A row of a record without its body; `codes` and `categories` are `system|code`.

    `is_new`: it came lately, and the viewer has not read it in its present version.
    """

    type: str
    id: UUID
    version: int
    establishment: str
    status: str
    class_code: str
    codes: Sequence[str]
    categories: Sequence[str]
    start: datetime | None
    end: datetime | None
    stay_id: UUID | None
    stored_at: datetime
    is_new: bool

    @property
    def at(self) -> datetime:
        """Return when it took place; when it was stored if nothing says."""
        return self.start or self.stored_at


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a record, read."""

    type: str
    establishment: str
    stored_at: datetime
    resource: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """Who reads whose record, as what, and when."""

    viewer: Viewer
    person_id: UUID
    standing: Standing
    sight: Sight
    at: datetime

    @property
    def relation(self) -> Relation:
        """Return what the viewer is to the person."""
        return self.standing.relation

    @property
    def files(self) -> list[UUID]:
        """Return the local identities whose rows make the record."""
        return list(self.standing.identities)


def open_record(
    viewer: Viewer,
    person_id: UUID,
    *,
    kind: Kind,
    at: datetime,
    act: Act = Act.READ,
    standing: Standing | None = None,
) -> OpenRecord:
    """Decide on the reading of a record, or of one kind of what it holds, and leave its one trace.

    Raises:
        AccessRefused: the viewer may not (rendered as not found).
    """
    held = standing or standing_of(viewer, person_id, at=at)
    state = State.PROTECTED if held.is_protected else State.NORMAL
    tie = _tie_that_opens(viewer, held, kind, act, state)
    access.settle(
        viewer,
        kind,
        act,
        decision=access.decide(viewer.roles, tie, kind, act, state) if tie else access.REFUSED,
        relation=tie or held.relation,
        state=state,
        target=f"{kind.value}:{person_id}",
        person_id=person_id,
        at=at,
    )
    return _around(viewer, held, at)


def _tie_that_opens(viewer: Viewer, standing: Standing, kind: Kind, act: Act, state: State) -> Relation | None:
    """Return what opens at least a part of the record to the viewer; None when nothing does."""
    found = (tie for ties in reversed(ties_by_part(viewer, standing).values()) for tie in ties)
    open_ = (tie for tie in found if state in states_allowed(viewer.roles, tie, kind, act, standing.level))
    return next((tie for tie in open_ if tie is not Relation.AUTHOR), None)


def _around(viewer: Viewer, standing: Standing, at: datetime) -> OpenRecord:
    assert standing.person_id is not None  # noqa: S101 - the standing of somebody
    sight = Sight(viewer, at=at, act=Act.READ, about=[standing])
    return OpenRecord(viewer, standing.person_id, standing, sight, at)


def beside(viewer: Viewer, person_id: UUID, *, at: datetime) -> OpenRecord:
    """Return the record around a piece whose opening was decided and traced: its lists say only what may be known."""
    return _around(viewer, standing_of(viewer, person_id, at=at), at)


def at_once() -> AbstractContextManager[None]:
    """Read what follows in one transaction: the database is told once who looks. For after the decision: a refusal
    inside would take its trace back.
    """
    return transaction.atomic()


def outline(opened: OpenRecord, types: Sequence[str]) -> list[Piece]:
    """Return the rows of these types that may be known of, newest first, without reading their bodies."""
    told = [opened.at - UNREAD_FOR, opened.viewer.account_id]
    return [Piece._make(row) for row in _rows(opened, types, _OUTLINE, told)]


def rows(opened: OpenRecord, types: Sequence[str]) -> list[Row]:
    """Return the rows of these types that may be known of, newest first, read."""
    found = _rows(opened, types, _READ)
    return [Row(type_, establishment, stored_at, fhir.loads(body)) for type_, establishment, stored_at, body in found]


def bodies(opened: OpenRecord, pieces: Iterable[Piece]) -> dict[UUID, dict[str, Any]]:
    """Return the resources of these rows, which may be known of, by id."""
    wanted = list(pieces)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, body FROM record_resource"
            " WHERE local_identity_id = ANY(%s) AND type = ANY(%s) AND id = ANY(%s)",
            [opened.files, sorted({one.type for one in wanted}), [one.id for one in wanted]],
        )
        return {id_: fhir.loads(body) for id_, body in cursor.fetchall()}


def _rows(opened: OpenRecord, types: Sequence[str], columns: str, told: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    seen = any_of(
        all_of([Clause("held.type = %s", (type_,)), opened.sight.clause(type_, "held")]) for type_ in sorted(set(types))
    )
    if seen == NOTHING or not opened.files:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM record_resource held WHERE held.local_identity_id = ANY(%s)"  # noqa: S608 - our words
            f" AND NOT held.deleted AND held.status IS DISTINCT FROM %s AND {seen.sql}{_NEWEST_FIRST}",
            [*told, opened.files, _WITHDRAWN, *seen.values],
        )
        return list(cursor.fetchall())
