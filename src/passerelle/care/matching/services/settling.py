"""Human decisions on pairs, and their undoing. A decision moves memberships; no row of the record moves."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from passerelle.care.identity import api as identity
from passerelle.care.matching.models import Pair, PairState
from passerelle.care.matching.selectors.pairs import PairRow, pair_row
from passerelle.core.audit import api as audit

SYSTEM: Final = audit.Actor(account_id=None, name="Passerelle", role="system")
_JOINED: Final = (PairState.LINKED, PairState.SAME)


class NotOpen(Exception):
    """Cette paire est déjà décidée."""


class NotJoined(Exception):
    """Cette paire n’a rien réuni : il n’y a rien à annuler."""


@transaction.atomic
def settle_pair(
    *, pair_id: UUID, is_same: bool, by: audit.Actor, at: datetime, reason: str = "", joins: bool = True
) -> PairRow:
    """Decide a pair. « Same » makes one person of both, with whoever was already known to be either.

    `joins` is false when the caller has joined them in another way (a merge of two IPP). « Different » is remembered:
    the pair is not proposed again unless traits change.

    Raises:
        NotOpen: it is decided already.
        AssignmentRefused: they hold different qualified INS (`identity.api`); nothing is changed.
    """
    row = Pair.objects.select_for_update().get(pk=pair_id)
    if row.state != PairState.OPEN:
        raise NotOpen
    if is_same and joins:
        row.joining_id = join(row, by=by.name, at=at)
    row.state = PairState.SAME if is_same else PairState.DIFFERENT
    _close(row, by=by, at=at, reason=reason)
    return pair_row(row)


@transaction.atomic
def undo_pair(*, pair_id: UUID, by: audit.Actor, at: datetime, reason: str) -> PairRow:
    """Undo what a pair joined, as if it had never been; the pair is then « different ».

    Raises:
        NotJoined: the pair joined nothing.
    """
    row = Pair.objects.select_for_update().get(pk=pair_id)
    if row.state not in _JOINED or row.joining_id is None:
        raise NotJoined
    with suppress(identity.NotJoined):  # undone already, from elsewhere
        identity.unjoin(joining_id=row.joining_id, at=at, reason=reason)
    row.state, row.joining_id = PairState.DIFFERENT, None
    _close(row, by=by, at=at, reason=reason)
    return pair_row(row)


def join(row: Pair, *, by: str, at: datetime) -> UUID:
    """Make one person of those of a pair; return the joining, which can be undone.

    Raises:
        AssignmentRefused: they hold different qualified INS.
    """
    source = f"paire {row.pk}, {by}"[:200]
    return identity.join(left_id=row.first_id, right_id=row.second_id, at=at, source=source)


def lapse(pairs: Iterable[Pair], *, at: datetime, reason: str) -> None:
    """Close pairs that nobody needs to decide any more."""
    for row in pairs:
        row.state, row.settled_at, row.reason = PairState.LAPSED, at, reason
        row.save(update_fields=["state", "settled_at", "reason"])


def _close(row: Pair, *, by: audit.Actor, at: datetime, reason: str) -> None:
    row.settled_at, row.settled_by, row.reason = at, by.name, reason[:500]
    row.save(update_fields=["state", "settled_at", "settled_by", "reason", "joining_id"])
    audit.record(
        audit.Action.IDENTITY_MERGED if row.state == PairState.SAME else audit.Action.IDENTITY_CHANGED,
        by=by,
        at=at,
        target=f"pair:{row.pk}",
        person_id=identity.person_of(row.first_id),
        reason=reason[:300],
        detail={"first": str(row.first_id), "second": str(row.second_id), "state": row.state},
    )
