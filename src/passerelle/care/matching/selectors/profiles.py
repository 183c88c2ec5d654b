"""Profiles of local identities: as identity tells them, and as the matcher stores them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from passerelle.care.exchange.api import ask
from passerelle.care.identity import api as identity
from passerelle.care.matching.models import BirthNote
from passerelle.care.matching.rules.profile import Profile
from passerelle.protocols.ins import api as ins

STORED: Final = (
    "local_identity_id, establishment, birth_name, used_name, given_names, first_given, birth_date, birth_year, sex,"
    " birth_place, ins_matricule, ins_family, is_ins_qualified, phone, email, street, postal_code, mother,"
    " is_multiple_birth, birth_order, is_live_ipp, status, attributes"
)
_BY_ID: Final = f"SELECT {STORED} FROM matching_profile WHERE local_identity_id = ANY(%s)"  # noqa: S608 - our columns
_FAMILIES: Final = {
    ins.InsKind.NIR: "reelle",
    ins.InsKind.NIA: "reelle",
    ins.InsKind.NIR_TEST: "test",
    ins.InsKind.NIR_DEMO: "demo",
}
_QUALIFIED: Final = "QUAL"


def told_profile(local_identity_id: UUID) -> Profile:
    """Return the profile of a local identity as its establishment tells it now.

    Raises:
        LookupError: there is no such local identity.
    """
    traits = identity.local_traits(local_identity_id)
    note = BirthNote.objects.filter(pk=local_identity_id).first()
    return profile_of(traits, note)


def profile_of(traits: identity.LocalTraits, note: BirthNote | None = None) -> Profile:
    """Return the profile that these traits make."""
    kind = ins.kind_of(traits.ins_oid) if traits.ins_oid else None
    return Profile(
        birth_name=traits.birth_name,
        used_name=traits.used_name,
        given_names=traits.given_names,
        first_given=traits.first_given,
        birth_date=traits.birth_date,
        sex=traits.sex,
        birth_place=traits.birth_place,
        ins_matricule=traits.ins_matricule,
        ins_family=_FAMILIES.get(kind, "") if kind else "",
        is_ins_qualified=bool(traits.status == _QUALIFIED and traits.ins_key_ok and traits.ins_matricule),
        phone=traits.phone,
        email=traits.email,
        street=traits.address.get("street", ""),
        postal_code=traits.address.get("postal_code", ""),
        city=traits.address.get("city", ""),
        mother=note.mother if note else "",
        is_multiple_birth=note.is_multiple_birth if note else False,
        birth_order=note.birth_order if note else "",
        establishment=traits.establishment,
        is_live_ipp=bool(traits.ipp) and traits.superseded_by is None,
        status=traits.status,
        attributes=frozenset(traits.attributes),
        local_identity_id=traits.id,
    )


def stored_profiles(local_identity_ids: Iterable[UUID]) -> list[Profile]:
    """Return the stored profiles of these local identities; those not stored yet are absent."""
    return [stored_profile(row) for row in ask(_BY_ID, [list(local_identity_ids)])]


def stored_profile(row: Sequence[Any]) -> Profile:
    """Return the profile of a row of the columns `STORED`."""
    return Profile(
        local_identity_id=row[0],
        establishment=row[1],
        birth_name=row[2],
        used_name=row[3],
        given_names=tuple(row[4]),
        first_given=row[5],
        birth_date=row[6],
        birth_year=row[7],
        sex=row[8],
        birth_place=row[9],
        ins_matricule=row[10],
        ins_family=row[11],
        is_ins_qualified=row[12],
        phone=row[13],
        email=row[14],
        street=row[15],
        postal_code=row[16],
        mother=row[17],
        is_multiple_birth=row[18],
        birth_order=row[19],
        is_live_ipp=row[20],
        status=row[21],
        attributes=frozenset(row[22]),
    )
