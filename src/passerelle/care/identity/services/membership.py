"""Which person a local identity belongs to. Memberships are closed and opened, never rewritten."""

from contextlib import suppress
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from passerelle.care.exchange.api import Table, ask, insert_row, ordered_id
from passerelle.care.identity.models import (
    DECIDED_BY_HUMANS,
    Joining,
    LocalIdentity,
    Membership,
    MembershipReason,
    Person,
)
from passerelle.care.identity.rules import QUALIFIED, PersonFacts, move_for_qualified_ins
from passerelle.care.identity.selectors import root_of
from passerelle.care.identity.selectors.stored import HeldPerson

_ATTEMPTS = 4
_PERSONS = Table(
    "identity_person",
    {"id": "uuid", "ins_family": "text", "ins_matricule": "text", "created_at": "timestamp with time zone"},
)
_MEMBERSHIPS = Table(
    "identity_membership",
    {
        "local_identity_id": "uuid",
        "person_id": "uuid",
        "since": "timestamp with time zone",
        "reason": "text",
        "source": "text",
    },
)
_LOCK_HOLDER = (
    "SELECT id FROM identity_person WHERE ins_family = %s AND ins_matricule = %s AND ins_matricule <> '' FOR UPDATE"
)


class AssignmentRefused(Exception):
    """Les deux portent une INS qualifiée différente : elles ne peuvent pas être la même personne."""


class HeldIns(NamedTuple):
    """An INS (family, matricule) and its holder, locked by this transaction; None while nobody holds it."""

    ins: tuple[str, str]
    holder_id: UUID | None


def settle(
    identity: LocalIdentity, held: HeldPerson | None, *, at: datetime, source: str, foreseen: HeldIns | None = None
) -> tuple[HeldPerson, bool]:
    """Put a local identity (locked by the caller) in the person that its qualified INS tells, or in one of its own.

    `held` is its person so far, `foreseen` what is known already of the holder of its INS. Return its person, and
    whether that is someone new.
    """
    if held is None:
        return _first_person(identity, foreseen, at=at, source=source)
    ins = (identity.ins_family, identity.ins_matricule)
    if not is_qualified(identity) or (held.ins_family, held.ins_matricule) == ins:
        return held, False
    for _ in range(_ATTEMPTS):  # another worker may have just created the holder of this INS: look again
        with suppress(IntegrityError), transaction.atomic():
            return _settle(identity, at=at, source=source), False
    return _settle(identity, at=at, source=source), False


def _first_person(
    identity: LocalIdentity, foreseen: HeldIns | None, *, at: datetime, source: str
) -> tuple[HeldPerson, bool]:
    """Open the first membership of a local identity: with the holder of its qualified INS, else with someone new."""
    ins = (identity.ins_family, identity.ins_matricule) if is_qualified(identity) else ("", "")
    person, is_new = HeldPerson(ordered_id(at), *ins), True
    is_foreseen = foreseen is not None and foreseen.ins == ins
    while (owner_id := foreseen.holder_id if foreseen and is_foreseen else _holder_id(*ins)) is None:
        if insert_row(_PERSONS, [person.id, *ins, at]):
            break
        is_foreseen = False  # another worker has just created the holder of this INS: look again
    else:
        person, is_new = HeldPerson(owner_id, *ins), False
    reason = MembershipReason.CREATED if is_new else MembershipReason.INS
    if not insert_row(_MEMBERSHIPS, [identity.id, person.id, at, reason.value, source]):
        raise LookupError(f"local identity {identity.pk} had a person already")
    return person, is_new


def _holder_id(family: str, matricule: str) -> UUID | None:
    """Return the person who holds an INS, locked; None when there is no INS."""
    found = ask(_LOCK_HOLDER, [family, matricule]).fetchone() if matricule else None
    return found[0] if found else None


def _settle(identity: LocalIdentity, *, at: datetime, source: str) -> HeldPerson:
    """Move a local identity whose person does not hold its qualified INS."""
    owner = _holder(identity)
    held = Membership.objects.current().get(local_identity=identity)
    person = Person.objects.select_for_update().get(pk=held.person_id)
    facts = PersonFacts(
        person_has_ins=person.ins_matricule != "",
        person_has_this_ins=owner is not None and person.pk == owner.pk,
        is_manual=held.reason in DECIDED_BY_HUMANS or (_is_joined(identity) and bool(owner or person.ins_matricule)),
        is_alone=is_alone(identity, person.pk) and not _absorbed_another_ins(identity),
        ins_has_owner=owner is not None,
    )
    match move_for_qualified_ins(facts):
        case "stay":
            return _held(person)
        case "claim" | "rename":
            give_ins(person, identity.ins_family, identity.ins_matricule)
            return _held(person)
        case "join" if owner is not None:
            move(identity, owner.pk, at=at, reason=MembershipReason.INS, source=source)
            return _held(owner)
    made = Person.objects.create(created_at=at, ins_family=identity.ins_family, ins_matricule=identity.ins_matricule)
    move(identity, made.pk, at=at, reason=MembershipReason.INS, source=source)
    return _held(made)


def _held(person: Person) -> HeldPerson:
    return HeldPerson(person.pk, person.ins_family, person.ins_matricule)


def is_qualified(identity: LocalIdentity) -> bool:
    """Tell whether the INS of this local identity may decide its person."""
    return bool(identity.status == QUALIFIED and identity.ins_key_ok and identity.ins_family and identity.ins_matricule)


def _holder(identity: LocalIdentity) -> Person | None:
    return (
        Person.objects.select_for_update()
        .filter(ins_family=identity.ins_family, ins_matricule=identity.ins_matricule)
        .first()
    )


def is_alone(identity: LocalIdentity, person_id: UUID) -> bool:
    """Tell whether the person has no other local identity than this one and its aliases."""
    own = family_of(identity)
    return not Membership.objects.current().filter(person_id=person_id).exclude(local_identity_id__in=own).exists()


def family_of(identity: LocalIdentity) -> list[UUID]:
    """Return this local identity and all those merged into it, directly or not."""
    found, frontier = [identity.pk], [identity.pk]
    while frontier:
        frontier = list(
            LocalIdentity.objects.filter(superseded_by_id__in=frontier).order_by("id").values_list("pk", flat=True)
        )
        found += frontier
    return found


def _is_joined(identity: LocalIdentity) -> bool:
    """Tell whether a human said that this one and another are the same person: no INS takes it away from them."""
    family = family_of(identity)
    return Joining.objects.filter(Q(left__in=family) | Q(right__in=family), undone_at=None).exists()


def _absorbed_another_ins(identity: LocalIdentity) -> bool:
    """Tell whether an identity merged into this one holds another qualified INS: the person keeps it, not renamed."""
    ins = (identity.ins_family, identity.ins_matricule)
    aliases = LocalIdentity.objects.filter(pk__in=family_of(identity)[1:]).order_by("pk")
    return any(is_qualified(alias) and (alias.ins_family, alias.ins_matricule) != ins for alias in aliases)


def give_ins(person: Person, family: str, matricule: str) -> None:
    """Write the INS of a person, "" for none."""
    person.ins_family, person.ins_matricule = family, matricule
    person.save(update_fields=["ins_family", "ins_matricule"])


def move(identity: LocalIdentity, person_id: UUID, *, at: datetime, reason: str, source: str) -> None:
    """Move a local identity and its aliases to a person; what is there already stays untouched."""
    family = family_of(identity)
    held = {row.local_identity_id: row for row in Membership.objects.current().filter(local_identity__in=family)}
    for local_identity_id in family:
        current = held.get(local_identity_id)
        if current is not None and current.person_id == person_id:
            continue
        since = at
        if current is not None:
            since = max(at, current.since)
            current.until = since
            current.save(update_fields=["until"])
        Membership.objects.create(
            local_identity_id=local_identity_id, person_id=person_id, since=since, reason=reason, source=source
        )


@transaction.atomic
def assign_person(*, local_identity_id: UUID, person_id: UUID | None, at: datetime, source: str) -> UUID:
    """Put a local identity in a person by a human decision (None: in a person of its own); return the person.

    `source` names who decided and why; the decision stands against later automatic joins.

    Raises:
        AssignmentRefused: the person and the local identity hold different qualified INS.
    """
    identity = root_of(LocalIdentity.objects.select_for_update(of=("self",)).get(pk=local_identity_id))
    if person_id is None:
        person = Person.objects.create(created_at=at)
    else:
        person = Person.objects.select_for_update().get(pk=person_id)
        refuse_two_ins(identity, person)
    move(identity, person.pk, at=at, reason=MembershipReason.MANUAL, source=source)
    return person.pk


def refuse_two_ins(identity: LocalIdentity, person: Person) -> None:
    """Refuse to join a local identity to a person who holds another qualified INS.

    Raises:
        AssignmentRefused: they differ.
    """
    same = (person.ins_family, person.ins_matricule) == (identity.ins_family, identity.ins_matricule)
    if is_qualified(identity) and person.ins_matricule and not same:
        raise AssignmentRefused
