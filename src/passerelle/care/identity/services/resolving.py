"""From the patient of a message to a local identity and its person."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from msgspec import Struct

from passerelle.care.exchange.api import Findings, in_transaction
from passerelle.care.identity.models import LocalIdentity
from passerelle.care.identity.rules import effective_status, ins_family, newer_traits, search_form
from passerelle.care.identity.selectors import (
    LocalIdentityRef,
    LocalTraits,
    local_identities,
    local_traits_of,
    reference_to,
    root_of,
)
from passerelle.care.identity.selectors.stored import (
    IppKey,
    Locked,
    authority_key,
    blank_row,
    find_by_ipp,
    find_without_ipp,
    ipp_key,
    lock_by_ipps,
    lock_holders,
    with_persons,
)
from passerelle.care.identity.services.membership import HeldIns, settle
from passerelle.care.identity.services.storing import insert, keep_numbers, update
from passerelle.care.identity.trust import status_with_own_findings
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr
from passerelle.protocols.ins import may_hold_ins

_ATTEMPTS: Final = 4


class UnidentifiedPatient(Exception):
    """Le message ne porte ni IPP ni INS reçue : on ne sait pas de qui il parle."""


class ResolvedPatient(Struct, frozen=True):
    """The patient of a message: their local identity, what it says of them, and all those of the person.

    `is_new` when this very message created the local identity.
    """

    reference: LocalIdentityRef
    traits: LocalTraits
    known: tuple[LocalIdentityRef, ...]
    is_new: bool = False


class Told(Struct, frozen=True):
    """Who tells of a patient, when it happened at the source, and when we learn it.

    `is_identity_event` is false for a report: it may raise the status to qualified, never lower it.
    """

    establishment: str
    event_at: datetime
    at: datetime
    source: str
    is_identity_event: bool = True


class FoundByIpp(Struct, frozen=True):
    """What holds of an IPP for the messages of a lane: its local identity locked by us, or None while it is unknown."""

    key: IppKey
    locked: Locked | None


def resolve(
    patient: pamfr.Patient,
    *,
    establishment: str,
    at: datetime,
    source: str,
    event_at: datetime | None = None,
    is_identity_event: bool = True,
) -> LocalIdentityRef:
    """Find or create the local identity a message speaks of, update its traits, and settle its person.

    `at` is when we learn it (memberships are dated by it); `event_at` is when it happened at the source (EVN-6, EVN-2),
    `at` by default: traits older than those held change nothing. A message that is not about identity
    (`is_identity_event` false: a report) may raise the status to qualified, never lower it.

    Raises:
        UnidentifiedPatient: neither IPP nor INS.
    """
    told = Told(establishment, event_at or at, at, source, is_identity_event)
    return resolve_patient(patient, told, Findings()).reference


def _foresee_holders(asked: Iterable[tuple[pamfr.Patient, Findings]]) -> None:
    """Lock at once the persons who hold the INS of files that are not there yet."""
    wanted = [
        ((ins_family(patient.ins.oid), patient.ins.matricule), findings)
        for patient, findings in asked
        if patient.ins is not None and patient.ins.key_ok
    ]
    found = lock_holders({ins for ins, _ in wanted if ins[0]})
    for ins, findings in wanted:
        findings.keep(HeldIns(ins, found.get(ins)))


def foresee_patients(patients: Iterable[tuple[pamfr.Patient, str, Findings]]) -> None:
    """Lock at once the local identities of several patients, each with who tells of it; keep them in the findings."""
    asked = [
        (ipp_key(patient.ipp, _owner(patient, establishment)), patient, findings)
        for patient, establishment, findings in patients
        if patient.ipp is not None
    ]
    found = lock_by_ipps({key for key, _, _ in asked})
    for key, _, findings in asked:
        findings.keep(FoundByIpp(key, found.get(key)))
    _foresee_holders((patient, findings) for key, patient, findings in asked if key not in found)


def resolve_patient(patient: pamfr.Patient, told: Told, findings: Findings) -> ResolvedPatient:
    """Do as `resolve`; what is held of this patient is taken from the findings, and kept there up to date.

    Raises:
        UnidentifiedPatient: neither IPP nor INS.
    """
    if patient.ipp is None and patient.ins is None:
        raise UnidentifiedPatient
    owner = _owner(patient, told.establishment)
    with in_transaction():
        locked, is_new = _written(patient, told, owner, findings)
        named = locked.row
        keep_numbers(locked, patient.identifiers)
        if named.superseded_by_id is not None:
            return _read(root_of(named), via_alias=named.pk)
        foreseen = findings.get(HeldIns)
        person, is_someone_new = settle(named, locked.person, at=told.at, source=told.source, foreseen=foreseen)
        if foreseen is not None and foreseen.ins == (person.ins_family, person.ins_matricule):
            findings.keep(HeldIns(foreseen.ins, person.id))
        reference = reference_to(named, person_id=person.id)
        locked.known = _known(locked, reference, is_alone=is_someone_new)
        locked.person = person
    if patient.ipp is None:
        findings.clear()  # the same file may be held there under its IPP
    else:
        findings.keep(FoundByIpp(ipp_key(patient.ipp, owner), locked))
    return ResolvedPatient(reference, local_traits_of(named), locked.known, is_new)


def _known(locked: Locked, reference: LocalIdentityRef, *, is_alone: bool) -> tuple[LocalIdentityRef, ...]:
    """Return the local identities of the person, this one as it is now."""
    if is_alone:
        return (reference,)
    if locked.person is None or locked.person.id != reference.person_id:
        return tuple(local_identities(reference.person_id))
    return tuple(reference if one.id == reference.id else one for one in locked.known)


def locate(patient: pamfr.Patient, *, establishment: str) -> LocalIdentityRef | None:
    """Return the local identity a message speaks of, through a merge if need be, without changing anything."""
    found = locate_patient(patient, establishment=establishment)
    return found.reference if found else None


def locate_patient(patient: pamfr.Patient, *, establishment: str) -> ResolvedPatient | None:
    """Return the patient of a message, through a merge if need be, without changing anything."""
    named = _find(patient, establishment=_owner(patient, establishment))
    if named is None:
        return None
    survivor = root_of(named)
    return _read(survivor, via_alias=named.pk if survivor.pk != named.pk else None)


def _read(row: LocalIdentity, *, via_alias: UUID | None) -> ResolvedPatient:
    reference = reference_to(row, via_alias=via_alias)
    return ResolvedPatient(reference, local_traits_of(row), tuple(local_identities(reference.person_id)))


def _owner(patient: pamfr.Patient, establishment: str) -> str:
    ipp = patient.ipp
    if ipp is None:
        return establishment
    return directory.establishment_of_authority(ipp.namespace, ipp.universal_id) or establishment


def _written(patient: pamfr.Patient, told: Told, owner: str, findings: Findings) -> tuple[Locked, bool]:
    """Return the row, locked, with what is told written in it, and whether it is new.

    An alias keeps what its own number is told, so that an un-merge loses nothing; its survivor speaks for it.
    """
    traits = _traits_told(patient, is_identity_event=told.is_identity_event)
    for _ in range(_ATTEMPTS):
        locked = _locked(patient, owner, findings)
        if locked is not None:
            if _tell(locked.row, traits, told):
                update(locked.row)
            return locked, False
        fresh = blank_identity(establishment=owner, ipp=patient.ipp, at=told.at)
        _tell(fresh, traits, told)
        if insert(fresh):
            return Locked(fresh, None, (), set()), True
        findings.clear()  # another worker has just created it: the constraint decided, the loser looks again
    raise LookupError(f"local identity neither found nor created at {owner}")


def _locked(patient: pamfr.Patient, owner: str, findings: Findings) -> Locked | None:
    foreseen = findings.get(FoundByIpp)
    if foreseen is None or patient.ipp is None or foreseen.key != ipp_key(patient.ipp, owner):
        row = _find(patient, establishment=owner, is_locked=True)
    elif foreseen.locked is not None:
        return foreseen.locked
    else:
        row = None
    row = row or _adopt(patient, owner)
    return with_persons([row])[0] if row else None


def _find(patient: pamfr.Patient, *, establishment: str, is_locked: bool = False) -> LocalIdentity | None:
    if patient.ipp is not None:
        return find_by_ipp(patient.ipp, establishment=establishment, is_locked=is_locked)
    return _find_by_ins(patient, establishment=establishment, is_locked=is_locked)


def _find_by_ins(patient: pamfr.Patient, *, establishment: str, is_locked: bool) -> LocalIdentity | None:
    if patient.ins is None:
        return None
    rows = LocalIdentity.objects.select_for_update(of=("self",)) if is_locked else LocalIdentity.objects.all()
    known = rows.filter(
        establishment_id=establishment,
        ins_family=ins_family(patient.ins.oid),
        ins_matricule=patient.ins.matricule,
    )
    if not patient.ins.key_ok:
        known = known.filter(ipp="")
    current = known.filter(superseded_by=None).order_by("created_at", "id").first()
    return current or known.order_by("created_at", "id").first()


def find_or_create_by_ipp(ipp: pamfr.Identifier, *, establishment: str, at: datetime, source: str) -> UUID:
    """Return the local identity of an IPP that a merge gives up, created when its own messages have not come yet."""
    found = find_by_ipp(ipp, establishment=establishment)
    if found is None:
        insert(blank_identity(establishment=establishment, ipp=ipp, at=at))
        key = ipp_key(ipp, establishment)
        locked = lock_by_ipps([key])[key]
        found = locked.row
        settle(found, locked.person, at=at, source=source)
    return found.pk


def _adopt(patient: pamfr.Patient, establishment: str) -> LocalIdentity | None:
    """Give its IPP to a local identity that came first by its INS alone (a report before the admission)."""
    ipp = patient.ipp
    if ipp is None or patient.ins is None or not patient.ins.key_ok:
        return None
    orphan = find_without_ipp(
        establishment=establishment, family=ins_family(patient.ins.oid), matricule=patient.ins.matricule
    )
    if orphan is not None:
        _give_ipp(orphan, ipp)
        with suppress(IntegrityError), transaction.atomic():
            orphan.save(update_fields=["ipp", "authority", "authority_namespace", "authority_oid"])
            return orphan
    return None


def blank_identity(*, establishment: str, ipp: pamfr.Identifier | None, at: datetime) -> LocalIdentity:
    """Return an unsaved local identity that knows its number only."""
    row = blank_row(establishment=establishment, at=at)
    if ipp is not None:
        _give_ipp(row, ipp)
    return row


def _give_ipp(row: LocalIdentity, ipp: pamfr.Identifier) -> None:
    row.ipp, row.authority = ipp.value, authority_key(ipp)
    row.authority_namespace, row.authority_oid = ipp.namespace, ipp.universal_id


def _traits_told(patient: pamfr.Patient, *, is_identity_event: bool) -> dict[str, Any]:
    traits = patient.traits
    told: dict[str, Any] = {
        "birth_name": traits.birth_name,
        "used_name": traits.used_name,
        "given_names": list(traits.given_names),
        "first_given": traits.first_given,
        "birth_date": traits.birth_date,
        "sex": traits.sex if traits.sex != "U" else "",
        "birth_place": traits.birth_place,
        "address": _address(traits.address),
        "phone": traits.phone,
        "email": traits.email,
        "deceased_at": traits.deceased_at,
        "ins": patient.ins,
    }
    key_ok = patient.ins is not None and patient.ins.key_ok
    status = effective_status(patient.status.value, has_ins=patient.ins is not None, key_ok=key_ok)
    if is_identity_event:
        told["attributes"] = sorted(patient.attributes)
    if is_identity_event or status == "QUAL":
        told["status"] = status
    return told


def _address(address: pamfr.Address | None) -> dict[str, str] | None:
    if address is None:
        return None
    return {name: str(value) for name in address.__struct_fields__ if (value := getattr(address, name))}


def _tell(row: LocalIdentity, traits: dict[str, Any], told: Told) -> bool:
    """Put in the row what this message may tell; False when it is older than everything held."""
    ins = traits["ins"]
    if ins is not None and row.ins_key_ok and not ins.key_ok:
        traits = {name: value for name, value in traits.items() if name not in {"ins", "status"}}
    if "status" in traits:
        told_status = status_with_own_findings(
            traits["status"], row.trait_moments, traits.get("attributes", row.attributes)
        )
        traits = traits | {"status": told_status}
    written, row.trait_moments = newer_traits(row.trait_moments, traits, event_at=told.event_at)
    if not written:
        return False
    if written.pop("ins", None) is not None:
        row.ins_matricule, row.ins_oid, row.ins_key_ok = ins.matricule, ins.oid, ins.key_ok
        row.ins_family = ins_family(ins.oid)
    row.__dict__ |= written
    if not may_hold_ins(row.attributes):
        row.status = "PROV"  # whatever came first: a doubtful or fictitious identity is provisional
    row.search_name = search_form(row.birth_name, row.used_name, row.first_given, *row.given_names)
    row.updated_at = told.at
    return True
