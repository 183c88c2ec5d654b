"""The matcher's own copy of patient files, in the form that its indexes search."""

from typing import Any, Final
from uuid import UUID

from passerelle.care.exchange.api import ask
from passerelle.care.matching.models import StoredProfile
from passerelle.care.matching.rules.comparable import Comparable, comparable, stored_keys
from passerelle.care.matching.rules.profile import Profile
from passerelle.care.matching.selectors.candidates import birth_day, names_text

COLUMNS: Final = (
    "local_identity_id",
    "establishment",
    "name_sound",
    "other_sound",
    "given_sound",
    "birth_date",
    "birth_year",
    "birth_day",
    "ins_matricule",
    "ins_family",
    "is_ins_qualified",
    "phone",
    "email",
    "mother",
    "names_text",
    "birth_name",
    "used_name",
    "given_names",
    "first_given",
    "sex",
    "birth_place",
    "street",
    "postal_code",
    "is_multiple_birth",
    "birth_order",
    "is_live_ipp",
    "status",
    "attributes",
)
_CHANGED = ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS[1:])
_STORE: Final = (
    f"INSERT INTO matching_profile ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"  # noqa: S608
    f" ON CONFLICT (local_identity_id) DO UPDATE SET {_CHANGED}"
)


def store_profile(profile: Profile) -> None:
    """Store or bring up to date the profile of a local identity."""
    ask(_STORE, stored_values(profile))


def forget_profile(local_identity_id: UUID) -> None:
    """Take a local identity out of what is searched."""
    StoredProfile.objects.filter(pk=local_identity_id).delete()


def stored_values(profile: Profile) -> tuple[Any, ...]:
    """Return the values of `COLUMNS` for a profile."""
    known = comparable(profile)
    keys = stored_keys(known)
    return (
        profile.local_identity_id,
        profile.establishment,
        keys.name_sound,
        keys.other_sound,
        keys.given_sound,
        known.birth_date,
        known.year,
        birth_day(known),
        profile.ins_matricule,
        profile.ins_family,
        profile.is_ins_qualified,
        known.phone,
        known.email,
        profile.mother,
        names_text(known)[:800],
        *_names(known),
        known.sex,
        known.place[:5],
        known.street[:400],
        known.postal_code[:20],
        profile.is_multiple_birth,
        profile.birth_order,
        profile.is_live_ipp,
        profile.status,
        sorted(profile.attributes),
    )


def _names(known: Comparable) -> tuple[str, str, list[str], str]:
    profile = known.profile
    return profile.birth_name, profile.used_name, list(profile.given_names), profile.first_given
