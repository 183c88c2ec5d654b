"""From the patient of a message to a local identity and its person."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from passerelle.care.identity.models import Identifier, LocalIdentity
from passerelle.care.identity.rules import effective_status, ins_family, newer_traits, search_form
from passerelle.care.identity.selectors import LocalIdentityRef, reference_to, root_of
from passerelle.care.identity.services.membership import settle
from passerelle.core.directory import api as directory
from passerelle.protocols import pamfr

_ATTEMPTS: Final = 4


class UnidentifiedPatient(Exception):
    """Le message ne porte ni IPP ni INS reçue : on ne sait pas de qui il parle."""


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
    if patient.ipp is None and patient.ins is None:
        raise UnidentifiedPatient
    owner = _owner(patient, establishment)
    told = _told(patient, is_identity_event=is_identity_event)
    with transaction.atomic(savepoint=False):
        named = _find_or_create(patient, establishment=owner, at=at)
        if named.superseded_by_id is not None:
            survivor = root_of(named)
            return reference_to(survivor, via_alias=named.pk)
        _write_traits(named, told, event_at=event_at or at, at=at)
        _write_identifiers(named, patient.identifiers)
        return reference_to(named, person_id=settle(named, at=at, source=source))


def locate(patient: pamfr.Patient, *, establishment: str) -> LocalIdentityRef | None:
    """Return the local identity a message speaks of, through a merge if need be, without changing anything."""
    named = _find(patient, establishment=_owner(patient, establishment))
    if named is None:
        return None
    survivor = root_of(named)
    return reference_to(survivor, via_alias=named.pk if survivor.pk != named.pk else None)


def _owner(patient: pamfr.Patient, establishment: str) -> str:
    ipp = patient.ipp
    if ipp is None:
        return establishment
    return directory.establishment_of_authority(ipp.namespace, ipp.universal_id) or establishment


def authority_key(identifier: pamfr.Identifier) -> str:
    """Return what tells one assigning authority from another: its universal id, else its namespace."""
    return identifier.universal_id or identifier.namespace


def _find(patient: pamfr.Patient, *, establishment: str, is_locked: bool = False) -> LocalIdentity | None:
    rows = LocalIdentity.objects.select_for_update(of=("self",)) if is_locked else LocalIdentity.objects.all()
    if patient.ipp is not None:
        return find_by_ipp(patient.ipp, establishment=establishment, rows=rows)
    return _find_by_ins(patient, establishment=establishment, rows=rows)


def find_by_ipp(
    ipp: pamfr.Identifier, *, establishment: str, rows: QuerySet[LocalIdentity] | None = None
) -> LocalIdentity | None:
    """Return the local identity of an IPP, or None; `rows` may lock it."""
    return (
        (LocalIdentity.objects.all() if rows is None else rows)
        .filter(establishment_id=establishment, authority=authority_key(ipp), ipp=ipp.value)
        .first()
    )


def find_or_create_by_ipp(ipp: pamfr.Identifier, *, establishment: str, at: datetime, source: str) -> UUID:
    """Return the local identity of an IPP that a merge gives up, created when its own messages have not come yet."""
    found = find_by_ipp(ipp, establishment=establishment)
    if found is None:
        blank = blank_identity(establishment=establishment, ipp=ipp, at=at)
        LocalIdentity.objects.bulk_create([blank], ignore_conflicts=True)
        found = LocalIdentity.objects.select_for_update(of=("self",)).get(
            establishment_id=establishment, authority=authority_key(ipp), ipp=ipp.value
        )
        settle(found, at=at, source=source)
    return found.pk


def _find_by_ins(patient: pamfr.Patient, *, establishment: str, rows: QuerySet[LocalIdentity]) -> LocalIdentity | None:
    if patient.ins is None:
        return None
    known = rows.filter(
        establishment_id=establishment,
        ins_family=ins_family(patient.ins.oid),
        ins_matricule=patient.ins.matricule,
    )
    if not patient.ins.key_ok:
        known = known.filter(ipp="")
    current = known.filter(superseded_by=None).order_by("created_at", "id").first()
    return current or known.order_by("created_at", "id").first()


def _find_or_create(patient: pamfr.Patient, *, establishment: str, at: datetime) -> LocalIdentity:
    """Return the row, locked. Two workers that create the same one get one: the constraint decides, the loser looks."""
    found = _find(patient, establishment=establishment, is_locked=True)
    if found is not None:
        return found
    for _ in range(_ATTEMPTS):
        with suppress(IntegrityError), transaction.atomic():
            return _create_or_adopt(patient, establishment=establishment, at=at)
    return _create_or_adopt(patient, establishment=establishment, at=at)


def _create_or_adopt(patient: pamfr.Patient, *, establishment: str, at: datetime) -> LocalIdentity:
    found = _adopt(patient, establishment=establishment) or _create(patient, establishment=establishment, at=at)
    return LocalIdentity.objects.select_for_update(of=("self",)).get(pk=found.pk)


def _adopt(patient: pamfr.Patient, *, establishment: str) -> LocalIdentity | None:
    """Give its IPP to a local identity that came first by its INS alone (a report before the admission)."""
    ipp = patient.ipp
    if ipp is None or patient.ins is None or not patient.ins.key_ok:
        return None
    orphan = (
        LocalIdentity.objects.select_for_update(of=("self",))
        .filter(
            establishment_id=establishment,
            ipp="",
            ins_family=ins_family(patient.ins.oid),
            ins_matricule=patient.ins.matricule,
            superseded_by=None,
        )
        .first()
    )
    if orphan is not None:
        orphan.ipp, orphan.authority = ipp.value, authority_key(ipp)
        orphan.authority_namespace, orphan.authority_oid = ipp.namespace, ipp.universal_id
        orphan.save(update_fields=["ipp", "authority", "authority_namespace", "authority_oid"])
    return orphan


def _create(patient: pamfr.Patient, *, establishment: str, at: datetime) -> LocalIdentity:
    row = blank_identity(establishment=establishment, ipp=patient.ipp, at=at)
    if patient.ipp is None and patient.ins is not None:
        row.ins_family, row.ins_matricule = ins_family(patient.ins.oid), patient.ins.matricule
    LocalIdentity.objects.bulk_create([row], ignore_conflicts=True)
    return _find(patient, establishment=establishment) or row


def blank_identity(*, establishment: str, ipp: pamfr.Identifier | None, at: datetime) -> LocalIdentity:
    """Return an unsaved local identity that knows its number only."""
    row = LocalIdentity(establishment_id=establishment, created_at=at, updated_at=at)
    if ipp is not None:
        row.ipp, row.authority = ipp.value, authority_key(ipp)
        row.authority_namespace, row.authority_oid = ipp.namespace, ipp.universal_id
    return row


def _told(patient: pamfr.Patient, *, is_identity_event: bool) -> dict[str, Any]:
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


def _write_traits(row: LocalIdentity, told: dict[str, Any], *, event_at: datetime, at: datetime) -> None:
    if told["ins"] is not None and row.ins_key_ok and not told["ins"].key_ok:
        told = {name: value for name, value in told.items() if name not in {"ins", "status"}}
    written, row.trait_moments = newer_traits(row.trait_moments, told, event_at=event_at)
    if not written:
        return
    ins = written.pop("ins", None)
    if ins is not None:
        row.ins_matricule, row.ins_oid, row.ins_key_ok = ins.matricule, ins.oid, ins.key_ok
        row.ins_family = ins_family(ins.oid)
    for name, value in written.items():
        setattr(row, name, value)
    row.search_name = search_form(row.birth_name, row.used_name, row.first_given, *row.given_names)
    row.updated_at = at
    row.save()


def _write_identifiers(row: LocalIdentity, identifiers: Iterable[pamfr.Identifier]) -> None:
    Identifier.objects.bulk_create(
        [
            Identifier(
                local_identity=row,
                type=identifier.type,
                namespace=identifier.namespace,
                universal_id=identifier.universal_id,
                value=identifier.value,
            )
            for identifier in identifiers
            if identifier.value and identifier.value != '""'
        ],
        ignore_conflicts=True,
    )
