"""From a Patient written by FHIR to what identity understands. Source: FR Core Patient; RNIV."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from passerelle.protocols import ins, pamfr
from passerelle.protocols.fhir import api as fhir

#: What identity settles: changed by its own rules only.
TRAITS: Final = ("identifier", "name", "gender", "birthDate", "deceasedBoolean", "deceasedDateTime", "active", "link")
_SEXES: Final = {"female": "F", "male": "M", "other": "O"}
_NUMBERS: Final = frozenset({"PI", "MR"})
_BIRTH_PLACE: Final = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
_INSEE: Final = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code"


def patient_told(resource: fhir.Json) -> pamfr.Patient:
    """Return the patient that a Patient resource tells of.

    Its IPP is the first identifier of type PI or MR, else the first that is neither old nor national. An INS is taken
    with its number, and qualifies nothing: what is written by FHIR proves no check of the identity.
    """
    numbers = list(_identifiers(resource))
    return pamfr.Patient(
        identifiers=tuple(numbers),
        ins=_ins(resource),
        status=ins.IdentityStatus.PROVISOIRE,
        attributes=frozenset(),
        traits=_traits(resource),
    )


def _identifiers(resource: fhir.Json) -> Iterable[pamfr.Identifier]:
    usable = [one for one in resource.get("identifier", ()) if one.get("value") and one.get("use") != "old"]
    local = [one for one in usable if _oid(one) not in ins.OIDS]
    ranked = sorted(local, key=lambda one: not _codes(one) & _NUMBERS)
    for rank, one in enumerate(ranked):
        system = str(one.get("system", ""))
        oid = system.removeprefix("urn:oid:") if system.startswith("urn:oid:") else ""
        namespace = "" if oid else system.removeprefix("urn:passerelle:")
        yield pamfr.Identifier(one["value"], "PI" if rank == 0 else "PT", namespace, oid, "ISO" if oid else "")


def _ins(resource: fhir.Json) -> pamfr.Ins | None:
    for one in resource.get("identifier", ()):
        kind = ins.kind_of(_oid(one))
        is_ins = kind is not None and any(code.startswith("INS-NI") for code in _codes(one))
        if kind is not None and is_ins and one.get("use") != "old" and one.get("value"):
            return pamfr.Ins(one["value"], _oid(one), kind, ins.check_key(one["value"]))
    return None


def _oid(identifier: fhir.Json) -> str:
    return str(identifier.get("system", "")).removeprefix("urn:oid:")


def _codes(identifier: fhir.Json) -> frozenset[str]:
    return frozenset(str(one.get("code")) for one in identifier.get("type", {}).get("coding", ()))


def _traits(resource: fhir.Json) -> pamfr.Traits:
    names = resource.get("name", ())
    birth = next((one for one in names if one.get("use") == "official"), names[0] if names else {})
    used: fhir.Json = next((one for one in names if one.get("use") == "usual" and one is not birth), {})
    given = tuple(one for one in birth.get("given", ()) if one)
    return pamfr.Traits(
        birth_name=str(birth.get("family", birth.get("text", ""))),
        given_names=given,
        first_given=given[0] if given else "",
        used_name=used.get("family"),
        birth_date=_day(resource.get("birthDate")),
        sex=_SEXES.get(resource.get("gender", ""), "U"),
        birth_place=_birth_place(resource),
        address=_address(resource),
        phone=_contact(resource, "phone"),
        email=_contact(resource, "email"),
    )


def _day(told: Any) -> date | None:
    return date.fromisoformat(told) if isinstance(told, str) and len(told) == 10 else None


def _birth_place(resource: fhir.Json) -> str | None:
    for place in (one for one in resource.get("extension", ()) if one["url"] == _BIRTH_PLACE):
        for one in place.get("valueAddress", {}).get("extension", ()):
            coded = one.get("valueCoding", {}).get("code") if one["url"] == _INSEE else None
            if one["url"] == _INSEE:
                return str(coded or one.get("valueCode") or one.get("valueString") or "") or None
    return None


def _address(resource: fhir.Json) -> pamfr.Address | None:
    told = next((one for one in resource.get("address", ()) if one.get("use") != "old"), None)
    if told is None:
        return None
    lines = [one for one in told.get("line", ()) if one]
    return pamfr.Address(
        street=lines[0] if lines else "",
        other=", ".join(lines[1:]),
        city=str(told.get("city", "")),
        postal_code=str(told.get("postalCode", "")),
        country=str(told.get("country", "")),
    )


def _contact(resource: fhir.Json, system: str) -> str | None:
    return next((one.get("value") for one in resource.get("telecom", ()) if one.get("system") == system), None)


def changed_traits(before: fhir.Json, after: fhir.Json) -> list[str]:
    """Return the elements that identity settles and that differ."""
    return [name for name in TRAITS if before.get(name) != after.get(name)]
