"""From the patient of a message to a local identity and its person."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

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
from passerelle.care.identity.selectors.stored import authority_key, find_by_ipp, find_without_ipp
from passerelle.care.identity.services.membership import settle
from passerelle.care.identity.services.storing import insert, keep_numbers, update
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr

_ATTEMPTS: Final = 4


class UnidentifiedPatient(Exception):
    """Le message ne porte ni IPP ni INS reçue : on ne sait pas de qui il parle."""


@dataclass(frozen=True, slots=True)
class ResolvedPatient:
    """The patient of a message: their local identity, what it says of them, and all those of the person."""

    reference: LocalIdentityRef
    traits: LocalTraits
    known: tuple[LocalIdentityRef, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """The traits that a message tells, the moment since which they hold, and when we learn them."""

    traits: dict[str, Any]
    event_at: datetime
    at: datetime


def resolve(
    patient: pamfr.Patient,
    *,
    establishment: str,
    at: datetime,
    source: str,
    event_at: datetime | None = None,
    is_identity_event: bool = True,
) -> LocalIdentityRef:
    """Find or create the local identity a message speaks of, as `resolve_patient` does, and return it.

    Raises:
        UnidentifiedPatient: neither IPP nor INS.
    """
    return resolve_patient(
        patient,
        establishment=establishment,
        at=at,
        source=source,
        event_at=event_at,
        is_identity_event=is_identity_event,
    ).reference


def resolve_patient(
    patient: pamfr.Patient,
    *,
    establishment: str,
    at: datetime,
    source: str,
    event_at: datetime | None = None,
    is_identity_event: bool = True,
) -> ResolvedPatient:
    """Find or create the local identity a message speaks of, update its traits, and settle its person.

    `at` is when we learn it (memberships are dated by it); `event_at` is when it happened at the source (EVN-6, EVN-2),
    `at` by default: traits older than those held change nothing. A message that is not about identity
    (`is_identity_event` false: a report) may raise the status to qualified, never lower it.

    Raises:
        UnidentifiedPatient: neither IPP nor INS.
    """
    if patient.ipp is None and patient.ins is None:
        raise UnidentifiedPatient
    owner = _owner(patient, establishment)
    told = _Told(_traits_told(patient, is_identity_event=is_identity_event), event_at or at, at)
    with transaction.atomic(savepoint=False):
        named = _kept(patient, told, establishment=owner)
        if named.superseded_by_id is not None:
            return _resolved(root_of(named), via_alias=named.pk)
        keep_numbers(named, patient.identifiers)
        return _resolved(named, person_id=settle(named, at=at, source=source))


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
    return _resolved(survivor, via_alias=named.pk if survivor.pk != named.pk else None)


def _resolved(row: LocalIdentity, *, person_id: UUID | None = None, via_alias: UUID | None = None) -> ResolvedPatient:
    reference = reference_to(row, via_alias=via_alias, person_id=person_id)
    return ResolvedPatient(reference, local_traits_of(row), tuple(local_identities(reference.person_id)))


def _owner(patient: pamfr.Patient, establishment: str) -> str:
    ipp = patient.ipp
    if ipp is None:
        return establishment
    return directory.establishment_of_authority(ipp.namespace, ipp.universal_id) or establishment


def _kept(patient: pamfr.Patient, told: _Told, *, establishment: str) -> LocalIdentity:
    """Return the row, locked, with what is told written in it; an alias is returned untouched."""
    for _ in range(_ATTEMPTS):
        named = _find(patient, establishment=establishment, is_locked=True) or _adopt(patient, establishment)
        if named is not None:
            if named.superseded_by_id is None and _tell(named, told):
                update(named)
            return named
        fresh = blank_identity(establishment=establishment, ipp=patient.ipp, at=told.at)
        _tell(fresh, told)
        if insert(fresh):
            return fresh
        # Another worker has just created it: the constraint decided, the loser looks again.
    raise LookupError(f"local identity neither found nor created at {establishment}")


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
        found = find_by_ipp(ipp, establishment=establishment, is_locked=True)
        if found is None:  # pragma: no cover - rows are never removed
            raise LookupError(f"local identity not created at {establishment}")
        settle(found, at=at, source=source)
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
    row = LocalIdentity(establishment_id=establishment, created_at=at, updated_at=at)
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
    return {name: str(value) for name in address.__slots__ if (value := getattr(address, name))}


def _tell(row: LocalIdentity, told: _Told) -> bool:
    """Put in the row what this message may tell; False when it is older than everything held."""
    traits = told.traits
    ins = traits["ins"]
    if ins is not None and row.ins_key_ok and not ins.key_ok:
        traits = {name: value for name, value in traits.items() if name not in {"ins", "status"}}
    written, row.trait_moments = newer_traits(row.trait_moments, traits, event_at=told.event_at)
    if not written:
        return False
    if written.pop("ins", None) is not None:
        row.ins_matricule, row.ins_oid, row.ins_key_ok = ins.matricule, ins.oid, ins.key_ok
        row.ins_family = ins_family(ins.oid)
    for name, value in written.items():
        setattr(row, name, value)
    row.search_name = search_form(row.birth_name, row.used_name, row.first_given, *row.given_names)
    row.updated_at = told.at
    return True
