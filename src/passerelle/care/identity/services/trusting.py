"""Changes of what makes the trust of a local identity: one place writes the INS, the marks and the status."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from passerelle.care.identity.models import Identifier, LocalIdentity
from passerelle.care.identity.rules import ins_family, search_form
from passerelle.care.identity.selectors import root_of
from passerelle.care.identity.selectors.stored import with_persons
from passerelle.care.identity.services.ins import leave_person_of_ins
from passerelle.care.identity.services.membership import is_qualified, settle
from passerelle.care.identity.trust import (
    CORRECTED_MARK,
    EVIDENCE_MARK,
    INSI_MARK,
)
from passerelle.core.audit import api as audit
from passerelle.protocols import ins


@dataclass(frozen=True, slots=True)
class Before:
    """The INS of a row before a change: what could be shared, what it was, whether it decided the person."""

    shared: ins.SharedIns | None
    family: str
    matricule: str
    is_qualified: bool


@dataclass(frozen=True, slots=True)
class TrustChange:
    """What a change did: the INS that could be shared before and can be now (None: none)."""

    local_identity_id: UUID
    person_id: UUID
    before: ins.SharedIns | None
    after: ins.SharedIns | None
    former_matricule: str

    @property
    def must_be_announced(self) -> bool:
        """Tell a change that those who received the INS must hear of: withdrawn, or another one."""
        return self.before is not None and self.before != self.after


def locked_identity(local_identity_id: UUID) -> LocalIdentity:
    """Return, locked, the local identity that speaks for this one.

    Raises:
        LookupError: there is none.
    """
    row = LocalIdentity.objects.filter(pk=local_identity_id).first()
    if row is None:
        raise LookupError(f"no local identity {local_identity_id}")
    return LocalIdentity.objects.select_for_update(of=("self",)).get(pk=root_of(row).pk)


def hold_ins(row: LocalIdentity, *, matricule: str, oid: str, at: datetime) -> None:
    """Put the INS that INSi answered in the row, the last one only; earlier ones become former numbers."""
    row.ins_matricule, row.ins_oid, row.ins_family = matricule, oid, ins_family(oid)
    row.ins_key_ok = ins.check_key(matricule)
    row.trait_moments = row.trait_moments | {"ins": at.isoformat(), INSI_MARK: at.isoformat()}
    row.identifiers.filter(type__startswith="INS").exclude(value=matricule, universal_id=oid).update(is_current=False)
    Identifier.objects.update_or_create(
        local_identity=row,
        type="INS",
        universal_id=oid,
        namespace="",
        value=matricule,
        defaults={"is_current": True},
    )


def forget_ins(row: LocalIdentity, *, at: datetime) -> None:
    """Take every INS out of the row; its numbers are kept as former ones."""
    row.ins_matricule = row.ins_oid = row.ins_family = ""
    row.ins_key_ok = False
    moments = {name: moment for name, moment in row.trait_moments.items() if name != INSI_MARK}
    row.trait_moments = moments | {"ins": at.isoformat()}
    row.identifiers.filter(type__startswith="INS").update(is_current=False)


def mark(row: LocalIdentity, name: str, *, at: datetime | None) -> None:
    """Set a mark of what this house established, or take it off (None)."""
    others = {key: moment for key, moment in row.trait_moments.items() if key != name}
    row.trait_moments = others if at is None else others | {name: at.isoformat()}


def write_traits(row: LocalIdentity, traits: Mapping[str, Any], *, at: datetime) -> None:
    """Put traits in the row, each with its moment."""
    for name, value in traits.items():
        setattr(row, name, value)
    row.trait_moments = row.trait_moments | dict.fromkeys(traits, at.isoformat())


def snapshot(row: LocalIdentity) -> Before:
    """Return what a change may take away, as it is now."""
    return Before(ins.shared_ins(row), row.ins_family, row.ins_matricule, is_qualified=is_qualified(row))


def store(row: LocalIdentity, *, before: Before, at: datetime, source: str) -> TrustChange:
    """Give the row the status of its facts, store it, and settle its person.

    The status is INSi crossed with the check, as `ins.trust_status`; a status that messages told is one of its facts.
    An identity that is no longer qualified leaves the person whom only its INS had joined.
    """
    held = ins.facts_of(ins.IdentityStatus(row.status))
    facts = ins.TrustFacts(
        has_insi=bool(row.ins_matricule and row.ins_key_ok) and (INSI_MARK in row.trait_moments or held.has_insi),
        is_checked=held.is_checked or EVIDENCE_MARK in row.trait_moments,
        attributes=frozenset(row.attributes),
        is_birth_date_corrected=CORRECTED_MARK in row.trait_moments,
    )
    row.status = ins.trust_status(facts).value
    row.trait_moments = row.trait_moments | {"status": at.isoformat()}
    row.search_name = search_form(row.birth_name, row.used_name, row.first_given, *row.given_names)
    row.updated_at = at
    row.save()
    if before.is_qualified and not is_qualified(row):
        leave_person_of_ins(row, before.family, before.matricule, at=at, source=source)
    person, _ = settle(row, with_persons([row])[0].person, at=at, source=source)
    return TrustChange(row.pk, person.id, before.shared, ins.shared_ins(row), before.matricule)


def trace(
    action: audit.Action, change: TrustChange, *, by: audit.Actor | None, at: datetime, detail: dict[str, Any]
) -> None:
    """Leave a trace of who changed what."""
    audit.record(
        action,
        by=by,
        at=at,
        target=f"local_identity:{change.local_identity_id}",
        person_id=change.person_id,
        detail=detail,
    )
