"""Human decisions on pairs, and their undoing. A decision moves memberships; no row of the record moves."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from passerelle.care.identity import api as identity
from passerelle.care.matching.models import Pair, PairState
from passerelle.care.matching.selectors.pairs import PairRow, pair_row
from passerelle.core.audit import api as audit

_BEST_FIRST: Final = {"QUAL": 0, "RECUP": 1, "VALI": 2, "PROV": 3}
_JOINED: Final = (PairState.LINKED, PairState.SAME)


class NotOpen(Exception):
    """Cette paire est déjà décidée."""


class NotJoined(Exception):
    """Cette paire n’a rien réuni : il n’y a rien à annuler."""


@transaction.atomic
def settle_pair(
    *, pair_id: UUID, is_same: bool, by: audit.Actor, at: datetime, reason: str = "", joins: bool = True
) -> PairRow:
    """Decide a pair. « Same » joins both persons: every local identity of one goes to the other, which is kept.

    The person kept is the one with the best trusted status, else the one that knows most. `joins` is false when the
    caller has joined them in another way (a merge of two IPP). « Different » is remembered: the pair is not proposed
    again unless traits change.

    Raises:
        NotOpen: it is decided already.
        AssignmentRefused: they hold different qualified INS (`identity.api`); nothing is changed.
    """
    row = Pair.objects.select_for_update().get(pk=pair_id)
    if row.state != PairState.OPEN:
        raise NotOpen
    if is_same and joins:
        row.moved = join_persons(row.first_id, row.second_id, at=at, source=_source(row, by))
    row.state = PairState.SAME if is_same else PairState.DIFFERENT
    _close(row, by=by, at=at, reason=reason)
    return pair_row(row)


@transaction.atomic
def undo_pair(*, pair_id: UUID, by: audit.Actor, at: datetime, reason: str) -> PairRow:
    """Undo what a pair joined: each local identity goes back to the person it came from.

    The pair is then « different ». A local identity that another decision has moved since stays where it is.

    Raises:
        NotJoined: the pair joined nothing.
    """
    row = Pair.objects.select_for_update().get(pk=pair_id)
    if row.state not in _JOINED:
        raise NotJoined
    joined = identity.persons_of([row.first_id, row.second_id, *map(UUID, row.moved)])
    for file, came_from in row.moved.items():
        others = {joined[UUID(other)] for other in (str(row.first_id), str(row.second_id)) if other not in row.moved}
        if joined[UUID(file)] in others:
            identity.assign_person(
                local_identity_id=UUID(file), person_id=UUID(came_from), at=at, source=_source(row, by)
            )
    row.state, row.moved = PairState.DIFFERENT, {}
    _close(row, by=by, at=at, reason=reason)
    return pair_row(row)


def join_persons(first_id: UUID, second_id: UUID, *, at: datetime, source: str) -> dict[str, str]:
    """Put every local identity of one person in the other; return where each came from.

    Raises:
        AssignmentRefused: they hold different qualified INS.
    """
    persons = identity.persons_of([first_id, second_id])
    first, second = persons[first_id], persons[second_id]
    if first == second:
        return {}
    kept, left = sorted((first, second), key=lambda person: (_rank(person), str(person)))
    moved = [one.id for one in identity.local_identities(left)]
    for local_identity_id in moved:
        identity.assign_person(local_identity_id=local_identity_id, person_id=kept, at=at, source=source)
    return {str(local_identity_id): str(left) for local_identity_id in moved}


def _rank(person_id: UUID) -> tuple[int, int]:
    """Return what makes a person the one to keep: its best status, then how many files it has."""
    known = identity.local_identities(person_id)
    return min((_BEST_FIRST.get(one.status, 9) for one in known), default=9), -len(known)


def lapse(pairs: Iterable[Pair], *, at: datetime, reason: str) -> None:
    """Close pairs that nobody needs to decide any more."""
    for row in pairs:
        row.state, row.settled_at, row.reason = PairState.LAPSED, at, reason
        row.save(update_fields=["state", "settled_at", "reason"])


def _close(row: Pair, *, by: audit.Actor, at: datetime, reason: str) -> None:
    row.settled_at, row.settled_by, row.reason = at, by.name, reason[:500]
    row.save(update_fields=["state", "settled_at", "settled_by", "reason", "moved"])
    audit.record(
        audit.Action.IDENTITY_MERGED if row.state == PairState.SAME else audit.Action.IDENTITY_CHANGED,
        by=by,
        at=at,
        target=f"pair:{row.pk}",
        person_id=identity.person_of(row.first_id),
        reason=reason[:300],
        detail={"first": str(row.first_id), "second": str(row.second_id), "state": row.state},
    )


def _source(row: Pair, by: audit.Actor) -> str:
    return f"paire {row.pk}, {by.name}"[:200]
