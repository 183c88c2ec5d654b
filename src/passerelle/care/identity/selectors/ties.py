"""What was merged, joined and separated: the history of a person, and what an un-merge or a separation would undo."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import Q

from passerelle.care.identity.models import Joining, LocalIdentity, Membership, Merge
from passerelle.care.identity.selectors.known import LocalTraits, local_traits_of

TieKind = Literal["merge", "joining"]


@dataclass(frozen=True, slots=True)
class TieRow:
    """Two local identities that were made one: a merge (`first` is kept, `second` absorbed) or a joining."""

    kind: TieKind
    id: UUID
    first_id: UUID
    second_id: UUID
    at: datetime
    source: str
    undone_at: datetime | None
    undone_reason: str

    @property
    def is_in_force(self) -> bool:
        """Tell a tie that nobody has undone."""
        return self.undone_at is None


@dataclass(frozen=True, slots=True)
class MembershipTurn:
    """A local identity was in a person over `[since, until)`."""

    local_identity_id: UUID
    person_id: UUID
    since: datetime
    until: datetime | None
    reason_label: str
    source: str


def ties_of(local_identity_ids: Collection[UUID]) -> list[TieRow]:
    """Return every merge and joining of these local identities, undone ones included, oldest first."""
    merges = Merge.objects.filter(Q(survivor__in=local_identity_ids) | Q(victim__in=local_identity_ids))
    joinings = Joining.objects.filter(Q(left__in=local_identity_ids) | Q(right__in=local_identity_ids))
    found = [*map(_merge_row, merges.order_by("pk")), *map(_joining_row, joinings.order_by("pk"))]
    return sorted(found, key=lambda tie: (tie.at, tie.id))


def traits_by_file(local_identity_ids: Collection[UUID]) -> dict[UUID, LocalTraits]:
    """Return what the establishments say of several local identities, in one query; unknown ones are absent."""
    rows = LocalIdentity.objects.filter(pk__in=list(local_identity_ids)).order_by("pk")
    return {row.pk: local_traits_of(row) for row in rows}


def tie(kind: TieKind, tie_id: UUID) -> TieRow:
    """Return one merge or joining.

    Raises:
        LookupError: there is no such tie.
    """
    if kind == "merge":
        merge = Merge.objects.filter(pk=tie_id).first()
        found = _merge_row(merge) if merge else None
    else:
        joining = Joining.objects.filter(pk=tie_id).first()
        found = _joining_row(joining) if joining else None
    if found is None:
        raise LookupError(f"no {kind} {tie_id}")
    return found


def membership_turns(local_identity_ids: Collection[UUID]) -> list[MembershipTurn]:
    """Return every person these local identities were in, oldest first; turns that lasted no time are left out."""
    rows = Membership.objects.filter(local_identity__in=local_identity_ids).order_by("since", "pk")
    return [
        MembershipTurn(
            row.local_identity_id, row.person_id, row.since, row.until, str(row.get_reason_display()), row.source
        )
        for row in rows
        if row.until != row.since
    ]


def _merge_row(row: Merge) -> TieRow:
    return TieRow(
        "merge", row.pk, row.survivor_id, row.victim_id, row.merged_at, row.source, row.undone_at, row.undone_reason
    )


def _joining_row(row: Joining) -> TieRow:
    return TieRow(
        "joining", row.pk, row.left_id, row.right_id, row.joined_at, row.source, row.undone_at, row.undone_reason
    )
