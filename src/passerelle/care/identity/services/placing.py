"""Where merges and decisions in force put local identities. What was undone leaves no mark on the outcome."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from passerelle.care.identity.models import (
    Joining,
    LocalIdentity,
    Membership,
    MembershipReason,
    Merge,
    Person,
)
from passerelle.care.identity.services.membership import family_of, move

_GIVEN = (MembershipReason.MERGE, MembershipReason.UNMERGE, MembershipReason.JOIN, MembershipReason.UNJOIN)


@dataclass(frozen=True, slots=True)
class OwnMembership:
    """The person that a local identity is in by its own history, whatever was merged or joined with it, and why."""

    person: Person
    reason: str
    since: datetime


def own_memberships(local_identity_ids: Collection[UUID]) -> dict[UUID, OwnMembership]:
    """Return, for each local identity, the last membership that no merge, joining nor survivor gave it."""
    lost: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    merges = Merge.objects.filter(victim__in=local_identity_ids).order_by("merged_at", "pk")
    for victim_id, merged_at, undone_at in merges.values_list("victim_id", "merged_at", "undone_at"):
        lost.setdefault(victim_id, []).append((merged_at, undone_at))
    found: dict[UUID, OwnMembership] = {}
    rows = Membership.objects.filter(local_identity__in=local_identity_ids).exclude(reason__in=_GIVEN)
    for row in rows.select_related("person").order_by("since", "pk"):
        while_alias = any(
            merged_at < row.since and (undone_at is None or row.since < undone_at)
            for merged_at, undone_at in lost.get(row.local_identity_id, [])
        )
        if not while_alias:
            found[row.local_identity_id] = OwnMembership(row.person, row.reason, row.since)
    return found


def arrange(roots: Iterable[UUID], *, at: datetime, reason: str, source: str) -> None:
    """Put local identities that speak for themselves where their own histories, merges and joinings in force tell.

    Each group takes the person that has an INS, else the one that came first. `reason` is written for those who go back
    to the person of their own history; the others are there by a merge or a joining.
    """
    around = _Neighbourhood.of(roots)
    base, persons = around.base(), around.persons()
    for root_id, person in persons.items():
        own = around.own[root_id]
        if person.pk != own.person.pk:
            why = MembershipReason.MERGE if person.pk == base[root_id].pk else MembershipReason.JOIN
        else:
            why = MembershipReason.MANUAL if own.reason == MembershipReason.MANUAL else MembershipReason(reason)
        move(around.rows[root_id], person.pk, at=at, reason=why, source=source)


@dataclass(slots=True)
class _Neighbourhood:
    """The local identities that merges and joinings in force tie together, directly or not."""

    rows: dict[UUID, LocalIdentity]
    own: dict[UUID, OwnMembership]
    root_of: dict[UUID, UUID]
    children: dict[UUID, list[UUID]]
    joinings: list[Joining]

    @classmethod
    def of(cls, roots: Iterable[UUID]) -> "_Neighbourhood":
        """Gather everything tied to these roots, aliases included."""
        families: dict[UUID, list[UUID]] = {}
        joinings: dict[UUID, Joining] = {}
        frontier = set(roots)
        while frontier:
            for row in LocalIdentity.objects.filter(pk__in=frontier).order_by("pk"):
                families[row.pk] = family_of(row)
            inside = {id_ for family in families.values() for id_ in family}
            ties = Joining.objects.filter(Q(left__in=inside) | Q(right__in=inside), undone_at=None)
            joinings |= {tie.pk: tie for tie in ties.order_by("joined_at", "pk")}
            outside = {id_ for tie in joinings.values() for id_ in (tie.left_id, tie.right_id)} | _mates(inside)
            frontier = {_root(id_) for id_ in outside - inside} - families.keys()
        ids = [id_ for family in families.values() for id_ in family]
        return cls(
            rows={row.pk: row for row in LocalIdentity.objects.filter(pk__in=families).order_by("pk")},
            own=own_memberships(ids),
            root_of={id_: root for root, family in families.items() for id_ in family},
            children=_children(ids),
            joinings=sorted(joinings.values(), key=lambda tie: (tie.joined_at, tie.pk)),
        )

    def base(self) -> dict[UUID, Person]:
        """Return the person of each root by its history and its merges only."""
        return {root: self._of_family(root) for root in self.rows}

    def persons(self) -> dict[UUID, Person]:
        """Return the person of each root."""
        base = self.base()
        group = {person.pk: person.pk for person in base.values()}
        for tie in self.joinings:
            if self._still_holds(tie):
                one, other = (group[base[self.root_of[id_]].pk] for id_ in (tie.left_id, tie.right_id))
                group = {id_: one if held == other else held for id_, held in group.items()}
        known = {person.pk: person for person in base.values()}
        chosen: dict[UUID, Person] = {}
        for id_ in sorted(known, key=lambda id_: (not known[id_].ins_matricule, known[id_].created_at, id_)):
            chosen.setdefault(group[id_], known[id_])
        return {root: chosen[group[person.pk]] for root, person in base.items()}

    def _of_family(self, id_: UUID) -> Person:
        """Return its own person; if that one has no INS, that of the first identity it absorbed that has."""
        mine = self.own[id_].person
        if mine.ins_matricule:
            return mine
        below = (self._of_family(child) for child in self.children.get(id_, []))
        return next((person for person in below if person.ins_matricule), mine)

    def _still_holds(self, tie: Joining) -> bool:
        """Tell a joining that nobody contradicted since by putting one of the two elsewhere."""
        return not any(
            self.own[id_].reason == MembershipReason.MANUAL and self.own[id_].since > tie.joined_at
            for id_ in (tie.left_id, tie.right_id)
        )


def _mates(ids: Collection[UUID]) -> set[UUID]:
    """Return all those who are in the same persons at present."""
    persons = Membership.objects.current().filter(local_identity__in=ids).order_by().values("person_id")
    return set(Membership.objects.current().filter(person_id__in=persons).values_list("local_identity_id", flat=True))


def _root(id_: UUID) -> UUID:
    row = LocalIdentity.objects.get(pk=id_)
    while row.superseded_by_id is not None:
        row = LocalIdentity.objects.get(pk=row.superseded_by_id)
    return row.pk


def _children(ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    merges = Merge.objects.filter(undone_at=None, victim__in=ids).order_by("merged_at", "pk")
    for survivor_id, victim_id in merges.values_list("survivor_id", "victim_id"):
        found.setdefault(survivor_id, []).append(victim_id)
    return found
