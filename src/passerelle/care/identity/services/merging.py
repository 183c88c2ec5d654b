"""Merges of local identities: a reversible link. No row of the record moves."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.identity.models import LocalIdentity, Membership, MembershipReason, Merge, Person
from passerelle.care.identity.selectors import root_of
from passerelle.care.identity.selectors.stored import HeldPerson
from passerelle.care.identity.services.membership import is_qualified, settle
from passerelle.care.identity.services.placing import arrange
from passerelle.care.identity.services.telling import tell_merge, tell_unmerge


class MergeRefused(Exception):
    """Fusion impossible."""


class MergeOntoItself(MergeRefused):
    """Une identité ne peut pas être fusionnée avec elle-même."""


class MergeCycle(MergeRefused):
    """L’identité à conserver a déjà été absorbée par celle-ci : la fusion ferait une boucle."""


class AlreadyMerged(MergeRefused):
    """L’identité à absorber l’a déjà été par une autre."""


class OtherEstablishment(MergeRefused):
    """Les deux identités ne sont pas du même établissement."""


class TwoQualifiedIns(MergeRefused):
    """Les deux identités portent une INS qualifiée différente : décision d’identitovigilance."""


class NotMerged(Exception):
    """Cette fusion est déjà annulée."""


@transaction.atomic
def merge(*, survivor_id: UUID, victim_id: UUID, at: datetime, source: str) -> UUID:
    """Make one local identity the alias of another of the same establishment; return the merge.

    The survivor is followed to the identity that speaks for it. Merging again what is already so changes nothing. When
    the absorbed one alone holds a qualified INS, the survivor joins its person.

    Raises:
        MergeRefused: onto itself, a cycle, already absorbed by another, two establishments, two qualified INS.
    """
    rows = _locked(survivor_id, victim_id)
    survivor, victim = root_of(rows[survivor_id]), rows[victim_id]
    if victim.superseded_by_id is not None and root_of(victim).pk == survivor.pk and survivor_id != victim_id:
        return Merge.objects.get(victim=victim, undone_at=None).pk
    _refuse_impossible(rows[survivor_id], survivor, victim)
    victim_person = _person(victim)
    survivor_person = _person(survivor)
    row = Merge.objects.create(
        survivor=survivor,
        victim=victim,
        victim_person=victim_person,
        survivor_person=survivor_person,
        merged_at=at,
        source=source,
    )
    victim.superseded_by = survivor
    victim.save(update_fields=["superseded_by"])
    arrange({survivor.pk}, at=at, reason=MembershipReason.MERGE, source=source)
    tell_merge(survivor, victim, cause=f"merge:{row.pk}:{source}", at=at)
    return row.pk


def _locked(*ids: UUID) -> dict[UUID, LocalIdentity]:
    rows = LocalIdentity.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows}


def _refuse_impossible(named: LocalIdentity, survivor: LocalIdentity, victim: LocalIdentity) -> None:
    if named.pk == victim.pk:
        raise MergeOntoItself
    if survivor.pk == victim.pk:
        raise MergeCycle
    if victim.superseded_by_id is not None:
        raise AlreadyMerged
    if survivor.establishment_id != victim.establishment_id:
        raise OtherEstablishment
    if _hold_two_ins(survivor, victim):
        raise TwoQualifiedIns


def _hold_two_ins(one: LocalIdentity, other: LocalIdentity) -> bool:
    if is_qualified(one) and is_qualified(other):
        return (one.ins_family, one.ins_matricule) != (other.ins_family, other.ins_matricule)
    first, second = _person(one), _person(other)
    return bool(
        first.ins_matricule
        and second.ins_matricule
        and (first.ins_family, first.ins_matricule) != (second.ins_family, second.ins_matricule)
    )


def _person(identity: LocalIdentity) -> Person:
    return Membership.objects.current().select_related("person").get(local_identity=identity).person


@transaction.atomic
def unmerge(*, merge_id: UUID, at: datetime, reason: str) -> None:
    """Undo a merge, in whatever order merges are undone: what remains is as if this one had never been.

    The absorbed identity speaks for itself again, with all that came under its number meanwhile. Each side returns to
    the person that its own history tells (`placing.py`), then to the holder of its qualified INS, if any.

    Raises:
        NotMerged: it is undone already.
    """
    row = Merge.objects.select_for_update().get(pk=merge_id)
    if row.undone_at is not None:
        raise NotMerged
    rows = _locked(row.survivor_id, row.victim_id)
    victim = rows[row.victim_id]
    victim.superseded_by = None
    victim.save(update_fields=["superseded_by"])
    row.undone_at, row.undone_reason = at, reason
    row.save(update_fields=["undone_at", "undone_reason"])
    source = f"annulation {merge_id}"
    sides = (victim, root_of(rows[row.survivor_id]))
    for side in sides:
        arrange({side.pk}, at=at, reason=MembershipReason.UNMERGE, source=source)
    for side in sides:
        settle(side, held_person(side), at=at, source=source)
    tell_unmerge(sides[1], victim, cause=f"unmerge:{merge_id}", at=at)


def held_person(identity: LocalIdentity) -> HeldPerson:
    """Return the person that a local identity is in now."""
    person = _person(identity)
    return HeldPerson(person.pk, person.ins_family, person.ins_matricule)
