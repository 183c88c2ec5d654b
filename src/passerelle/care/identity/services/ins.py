"""Changes and removals of the INS of a local identity (A47)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.identity.models import DECIDED_BY_HUMANS, LocalIdentity, Membership, MembershipReason, Person
from passerelle.care.identity.rules import QUALIFIED, RECOVERED
from passerelle.care.identity.services.membership import give_ins, is_alone, move
from passerelle.care.identity.trust import INSI_MARK


@transaction.atomic
def remove_ins(*, local_identity_id: UUID, status: str, event_at: datetime, at: datetime, source: str) -> None:
    """Delete every INS of a local identity, and take it out of the person that only the INS had joined.

    `status` is what PID-32 tells, and cannot stay qualified. An event older than the INS held changes nothing.
    Source: IHE PAM France 2.11, 4.4 (A47): the receiver deletes all the INS of the patient.
    """
    row = LocalIdentity.objects.select_for_update(of=("self",)).get(pk=local_identity_id)
    held_at = row.trait_moments.get("ins")
    if held_at and datetime.fromisoformat(held_at) > event_at:
        return
    family, matricule = row.ins_family, row.ins_matricule
    row.ins_matricule = row.ins_oid = row.ins_family = ""
    row.ins_key_ok = False
    row.status = status if status not in {QUALIFIED, RECOVERED} else "VALI"
    moments = {name: moment for name, moment in row.trait_moments.items() if name != INSI_MARK}
    row.trait_moments = moments | {"ins": event_at.isoformat(), "status": event_at.isoformat()}
    row.updated_at = at
    row.save()
    row.identifiers.filter(type__startswith="INS").update(is_current=False)
    leave_person_of_ins(row, family, matricule, at=at, source=source)


def leave_person_of_ins(row: LocalIdentity, family: str, matricule: str, *, at: datetime, source: str) -> None:
    """Take a local identity out of the person whom only this INS had joined; a human decision stands."""
    held = Membership.objects.current().get(local_identity=row)
    person = Person.objects.select_for_update().get(pk=held.person_id)
    joined_by_ins = matricule and (person.ins_family, person.ins_matricule) == (family, matricule)
    if not joined_by_ins:
        return
    if is_alone(row, person.pk):
        give_ins(person, "", "")
    elif held.reason not in DECIDED_BY_HUMANS:
        own = Person.objects.create(created_at=at)
        move(row, own.pk, at=at, reason=MembershipReason.INS, source=source)


def retire_identifier(*, local_identity_id: UUID, value: str) -> None:
    """Mark a number as no longer used by a local identity."""
    row = LocalIdentity.objects.get(pk=local_identity_id)
    row.identifiers.filter(value=value).update(is_current=False)
