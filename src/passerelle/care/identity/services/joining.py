"""Decisions that two local identities, of whatever establishments, are the same person. Reversible, as merges are."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.identity.models import Joining, LocalIdentity, Membership, MembershipReason, Person
from passerelle.care.identity.selectors import root_of
from passerelle.care.identity.services.membership import AssignmentRefused, settle
from passerelle.care.identity.services.merging import held_person
from passerelle.care.identity.services.placing import arrange


class NotJoined(Exception):
    """Ce rapprochement est déjà annulé."""


@transaction.atomic
def join(*, left_id: UUID, right_id: UUID, at: datetime, source: str) -> UUID:
    """Make one person of those of two local identities; return the joining. Again, it changes nothing.

    Whoever was already known to be the same person as either goes along. `source` names who decided and why.

    Raises:
        AssignmentRefused: the two persons hold different qualified INS.
    """
    first, second = sorted((left_id, right_id))
    rows = LocalIdentity.objects.select_for_update(of=("self",)).filter(pk__in=(first, second)).order_by("pk")
    roots = [root_of(row) for row in rows]
    _refuse_two_ins(*(_person(root) for root in roots))
    tie, is_new = Joining.objects.get_or_create(
        left_id=first, right_id=second, undone_at=None, defaults={"joined_at": at, "source": source}
    )
    if is_new:
        arrange({root.pk for root in roots}, at=at, reason=MembershipReason.JOIN, source=source)
    return tie.pk


@transaction.atomic
def unjoin(*, joining_id: UUID, at: datetime, reason: str) -> None:
    """Undo a decision, in whatever order decisions are undone: what remains is as if it had never been taken.

    Raises:
        NotJoined: it is undone already.
    """
    tie = Joining.objects.select_for_update().get(pk=joining_id)
    if tie.undone_at is not None:
        raise NotJoined
    tie.undone_at, tie.undone_reason = at, reason
    tie.save(update_fields=["undone_at", "undone_reason"])
    sides = [root_of(LocalIdentity.objects.get(pk=id_)) for id_ in (tie.left_id, tie.right_id)]
    source = f"annulation {joining_id}"
    for side in sides:
        arrange({side.pk}, at=at, reason=MembershipReason.UNJOIN, source=source)
    for side in sides:
        settle(side, held_person(side), at=at, source=source)


def _person(identity: LocalIdentity) -> Person:
    return Membership.objects.current().select_related("person").get(local_identity=identity).person


def _refuse_two_ins(one: Person, other: Person) -> None:
    same = (one.ins_family, one.ins_matricule) == (other.ins_family, other.ins_matricule)
    if one.ins_matricule and other.ins_matricule and not same:
        raise AssignmentRefused
