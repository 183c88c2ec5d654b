"""Tell the applications of an establishment what changes in its identities, as delivery writes it."""

from datetime import datetime

from passerelle.care.delivery import api as delivery
from passerelle.care.identity.models import LocalIdentity
from passerelle.protocols import ins, pamfr


def tell_merge(survivor: LocalIdentity, victim: LocalIdentity, *, cause: str, at: datetime) -> None:
    """Tell that one identity is now the alias of another (A40)."""
    change = _change(survivor, cause, at)
    delivery.announce_merge(survivor=patient_of(survivor), victim=patient_of(victim), change=change)


def tell_unmerge(survivor: LocalIdentity, victim: LocalIdentity, *, cause: str, at: datetime) -> None:
    """Tell that an identity stands alone again."""
    change = _change(survivor, cause, at)
    delivery.announce_unmerge(survivor=patient_of(survivor), victim=patient_of(victim), change=change)


def tell_ins(identity: LocalIdentity, former: ins.SharedIns | None, *, cause: str, at: datetime) -> None:
    """Tell that an INS that was shared is another one or none (A47), or that one can now be shared (A31)."""
    change = _change(identity, cause, at)
    if former is None:
        delivery.announce_update(patient=patient_of(identity), change=change)
        return
    told = pamfr.Identifier(former.matricule, "INS", "", former.oid, "ISO")
    delivery.announce_ins_change(patient=patient_of(identity), former=(told,), change=change)


def patient_of(identity: LocalIdentity) -> pamfr.Patient:
    """Return a local identity as messages speak of a patient."""
    return pamfr.Patient(
        identifiers=_identifiers(identity),
        ins=_ins(identity),
        status=ins.IdentityStatus(identity.status),
        attributes=frozenset(identity.attributes),
        traits=pamfr.Traits(
            birth_name=identity.birth_name,
            given_names=tuple(identity.given_names),
            birth_date=identity.birth_date,
            sex=identity.sex or "U",
            birth_place=identity.birth_place or None,
            used_name=identity.used_name or None,
            first_given=identity.first_given,
            deceased_at=identity.deceased_at,
            is_deceased=identity.deceased_at is not None,
        ),
    )


def _identifiers(identity: LocalIdentity) -> tuple[pamfr.Identifier, ...]:
    if not identity.ipp:
        return ()
    kind = "ISO" if identity.authority_oid else ""
    return (pamfr.Identifier(identity.ipp, "PI", identity.authority_namespace, identity.authority_oid, kind),)


def _ins(identity: LocalIdentity) -> pamfr.Ins | None:
    kind = ins.kind_of(identity.ins_oid)
    if not identity.ins_matricule or kind is None:
        return None
    return pamfr.Ins(identity.ins_matricule, identity.ins_oid, kind, key_ok=identity.ins_key_ok)


def _change(identity: LocalIdentity, cause: str, at: datetime) -> delivery.Change:
    return delivery.Change(establishment=identity.establishment_id, cause=cause, at=at, occurred_at=at)
