"""From a Patient that somebody asks about to the profile that is compared. https://hl7.org/fhir/R4/patient.html."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from passerelle.care.matching.api import Profile
from passerelle.protocols import ins

_SEXES: Final = {"male": "M", "female": "F"}
_BIRTH: Final = frozenset({"official", "maiden", "old"})
_FAMILIES: Final = {
    ins.InsKind.NIR: "reelle",
    ins.InsKind.NIA: "reelle",
    ins.InsKind.NIR_TEST: "test",
    ins.InsKind.NIR_DEMO: "demo",
}
_LONGEST: Final = 100
Json = Mapping[str, Any]


def profile_asked(resource: Json) -> Profile:
    """Return the profile of a Patient given to be matched; what cannot be read is left out.

    The name of birth is the official one, else the first; the usual one is the used name. An INS is never qualified by
    who asks.
    """
    names = list(_objects(resource, "name"))
    birth = next((one for one in names if one.get("use") in _BIRTH), names[0] if names else {})
    used = next((one for one in names if one.get("use") == "usual" and one is not birth), {})
    given = tuple(one for told in names for one in _texts(told, "given"))
    address: Json = next(_objects(resource, "address"), {})
    matricule, family = _ins(resource)
    born, year = _birth(resource.get("birthDate"))
    return Profile(
        birth_name=_text(birth.get("family")),
        used_name=_text(used.get("family")),
        given_names=tuple(dict.fromkeys(given)),
        first_given=given[0] if given else "",
        birth_date=born,
        birth_year=year,
        sex=_SEXES.get(_text(resource.get("gender")), ""),
        ins_matricule=matricule,
        ins_family=family,
        phone=_telecom(resource, "phone"),
        email=_telecom(resource, "email"),
        street=next(_texts(address, "line"), ""),
        postal_code=_text(address.get("postalCode")),
        city=_text(address.get("city")),
    )


def is_enough(profile: Profile) -> bool:
    """Tell whether a profile names somebody: a matricule, or a name with a date or a year of birth."""
    has_name = bool(profile.birth_name or profile.used_name)
    return bool(profile.ins_matricule) or (has_name and (profile.birth_date or profile.birth_year) is not None)


def _ins(resource: Json) -> tuple[str, str]:
    for one in _objects(resource, "identifier"):
        oid = _text(one.get("system")).removeprefix("urn:oid:")
        kind = ins.kind_of(oid) if oid else None
        if kind in _FAMILIES and _text(one.get("value")):
            return _text(one["value"]), _FAMILIES[kind]
    return "", ""


def _birth(told: Any) -> tuple[date | None, int | None]:
    text = _text(told)
    try:
        if len(text) == 10:
            return date.fromisoformat(text), None
        return None, int(text) if len(text) == 4 and text.isascii() and text.isdecimal() else None
    except ValueError:
        return None, None


def _telecom(resource: Json, system: str) -> str:
    return next((_text(one.get("value")) for one in _objects(resource, "telecom") if one.get("system") == system), "")


def _objects(told: Json, name: str) -> Iterator[Json]:
    found = told.get(name)
    return (one for one in (found if isinstance(found, list) else []) if isinstance(one, dict))


def _texts(told: Json, name: str) -> Iterator[str]:
    found = told.get(name)
    return (text for one in (found if isinstance(found, list) else []) if (text := _text(one)))


def _text(told: Any) -> str:
    return told.strip()[:_LONGEST] if isinstance(told, str) else ""
