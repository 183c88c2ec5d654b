"""How a person came to be one: merges, joinings, memberships; and what undoing one of them would give back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.identitovigilance.holdings import Arrival, arrived_since, held_by
from passerelle.care.identitovigilance.models import Decision
from passerelle.care.identitovigilance.selectors.places import check_reading, names
from passerelle.care.identitovigilance.selectors.sides import Side
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Viewer

_KINDS = {"merge": "Fusion", "joining": "Rapprochement"}


@dataclass(frozen=True, slots=True)
class TieLine:
    """A merge or a joining in the history, with who signed it when the desk did."""

    tie: identity.TieRow
    label: str
    first: Side
    second: Side
    signed: str
    evidence: str


@dataclass(frozen=True, slots=True)
class TurnLine:
    """A stay of a file in a person."""

    at: datetime
    who: str
    is_here: bool
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class History:
    """A person and how they came to be."""

    person_id: UUID
    traits: identity.PersonTraits
    ties: list[TieLine]
    turns: list[TurnLine]


def history(viewer: Viewer, person_id: UUID, *, at: datetime) -> History:
    """Return the history of a person; the reading is audited.

    Raises:
        AccessRefused: there is no such person, or the viewer may not compare its files.
    """
    refs = identity.local_identities(person_id)
    if not refs:
        raise access.AccessRefused
    check_reading(viewer, {one.establishment for one in refs}, target=f"person:{person_id}", at=at, person_id=person_id)
    ids = [one.id for one in refs]
    ties = identity.ties_of(ids)
    sides = _sides({id_ for tie in ties for id_ in (tie.first_id, tie.second_id)} | set(ids))
    signed = _signatures(ties)
    return History(
        person_id=person_id,
        traits=identity.traits(person_id),
        ties=[_line(tie, sides, signed) for tie in reversed(ties)],
        turns=[
            TurnLine(
                turn.since,
                sides[turn.local_identity_id].title,
                turn.person_id == person_id,
                turn.reason_label,
                turn.source,
            )
            for turn in identity.membership_turns(ids)
        ],
    )


def _sides(ids: set[UUID]) -> dict[UUID, Side]:
    traits, held, places = identity.traits_by_file(ids), held_by(sorted(ids)), names()
    return {
        id_: Side(one, places.get(one.establishment, one.establishment), held.get(id_, []))
        for id_, one in traits.items()
    }


def _signatures(ties: list[identity.TieRow]) -> dict[UUID, Decision]:
    ids = [tie.id for tie in ties]
    rows = [
        *Decision.objects.filter(merge_id__in=ids, verdict="same").order_by("decided_at", "id"),
        *Decision.objects.filter(joining_id__in=ids, verdict="same").order_by("decided_at", "id"),
    ]
    return {id_: row for row in rows for id_ in (row.merge_id, row.joining_id) if id_ is not None}


def _line(tie: identity.TieRow, sides: dict[UUID, Side], signed: dict[UUID, Decision]) -> TieLine:
    row = signed.get(tie.id)
    second = f", contresignée par {row.second_by_name}" if row and row.second_by_name else ""
    return TieLine(
        tie=tie,
        label=_KINDS[tie.kind],
        first=sides[tie.first_id],
        second=sides[tie.second_id],
        signed=f"{row.decided_by_name}{second}" if row else "",
        evidence=row.reason if row else "",
    )


@dataclass(frozen=True, slots=True)
class UndoPage:
    """What undoing a merge or a joining gives back to each file, and what somebody must look at."""

    tie: identity.TieRow
    label: str
    first: Side
    second: Side
    person_id: UUID
    first_arrivals: list[Arrival]
    second_arrivals: list[Arrival]
    undecided: list[Arrival]


def undo_page(viewer: Viewer, kind: identity.TieKind, tie_id: UUID, *, at: datetime) -> UndoPage:
    """Return what undoing would do; the reading is audited.

    Whatever came under a number is kept under it. After a merge the source itself may send everything under the number
    it kept: what is new there cannot be told apart by its number, and is listed for a human.

    Raises:
        LookupError: there is no such tie.
        AccessRefused: the viewer may not compare these files.
    """
    tie = identity.tie(kind, tie_id)
    sides = _sides({tie.first_id, tie.second_id})
    first, second = sides[tie.first_id], sides[tie.second_id]
    person_id = identity.person_of(tie.first_id)
    places = {first.traits.establishment, second.traits.establishment}
    check_reading(viewer, places, target=f"{kind}:{tie_id}", at=at, person_id=person_id)
    arrivals = arrived_since([tie.first_id, tie.second_id], tie.at)
    kept = [one for one in arrivals if one.local_identity_id == tie.first_id]
    return UndoPage(
        tie=tie,
        label=_KINDS[kind],
        first=first,
        second=second,
        person_id=person_id,
        first_arrivals=[] if kind == "merge" else kept,
        second_arrivals=[one for one in arrivals if one.local_identity_id == tie.second_id],
        undecided=kept if kind == "merge" else [],
    )
