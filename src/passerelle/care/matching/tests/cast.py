"""Who the tests of the matcher speak of. All invented."""

from dataclasses import replace
from datetime import date

from msgspec import structs

from passerelle.care.identity.api import resolve
from passerelle.care.identity.tests.cast import NOON, patient
from passerelle.care.matching.api import Profile
from passerelle.protocols import pamfr

ZOE = Profile(
    birth_name="Étoile-Dupont",
    given_names=("Zoé", "Anne"),
    first_given="Zoé",
    birth_date=date(1984, 3, 12),
    sex="F",
    birth_place="13055",
    phone="0491000000",
    email="zoe@essai.invalid",
    street="12 rue de l’Essai",
    postal_code="13005",
    establishment="aphm",
    is_live_ipp=True,
    status="VALI",
)


def like(profile: Profile = ZOE, **changes: object) -> Profile:
    return replace(profile, **{"establishment": "arles", **changes})


def arrives(profile: Profile, number: str, *, at=NOON, held: pamfr.Ins | None = None):
    """Bring a local identity that says what the profile says; return its reference."""
    traits = pamfr.Traits(
        birth_name=profile.birth_name,
        used_name=profile.used_name or None,
        given_names=profile.given_names,
        first_given=profile.first_given,
        birth_date=profile.birth_date,
        sex=profile.sex,
        birth_place=profile.birth_place or None,
        address=pamfr.Address(profile.street, "", "Ville", profile.postal_code),
        phone=profile.phone or None,
        email=profile.email or None,
    )
    told = patient(number, profile.establishment, traits=traits, held=held)
    if held is None:
        told = structs.replace(told, status=pamfr.IdentityStatus(profile.status), attributes=profile.attributes)
    return resolve(told, establishment=profile.establishment, at=at, source="essai")
