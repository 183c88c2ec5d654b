"""From what an establishment says of a patient to a Patient."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final
from uuid import UUID

from passerelle.care.record.rules.encounters import system_of
from passerelle.protocols import ins
from passerelle.protocols.fhir import api as fhir

IDENTIFIER_TYPES_FR = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
STATUS_EXTENSION = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
STATUS_CODES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-identity-reliability"
_GENDERS = {"F": "female", "M": "male", "A": "other", "O": "other"}


#: What identity does not settle: who wrote it by FHIR is the one to change it.
_BESIDE: Final = (
    "maritalStatus",
    "multipleBirthBoolean",
    "multipleBirthInteger",
    "photo",
    "contact",
    "communication",
    "generalPractitioner",
)
_BESIDE_NAMES: Final = tuple(f'"{name}":' for name in _BESIDE)


def kept_beside(body: str) -> dict[str, Any]:
    """Return what the version there is says beside the traits: messages leave it as it is."""
    if not any(name in body for name in _BESIDE_NAMES):
        return {}
    held = fhir.loads(body)
    return {name: held[name] for name in _BESIDE if name in held}


def patient_of(
    traits: Any, *, place: dict[str, Any], aliases: Iterable[UUID] = (), heir: UUID | None = None
) -> dict[str, Any]:
    """Return the Patient of a local identity (`identity.api.LocalTraits`); a merged one is inactive, its heir told."""
    links = [_link(alias, "replaces") for alias in aliases]
    if traits.superseded_by is not None:
        links.append(_link(heir or traits.superseded_by, "replaced-by"))
    return fhir.patient(
        str(traits.id),
        active=traits.superseded_by is None,
        identifiers=_identifiers(traits),
        names=_names(traits),
        telecom=_telecom(traits),
        gender=_GENDERS.get(traits.sex, "unknown"),
        birth_date=traits.birth_date,
        deceasedDateTime=fhir.moment(traits.deceased_at),
        address=_address(traits.address),
        managingOrganization=place,
        link=links,
        extension=[_status(traits.status)],
    )


@cache
def _status(code: str) -> dict[str, Any]:
    return fhir.extension(STATUS_EXTENSION, valueCoding=fhir.coding(STATUS_CODES, code))


def _link(other: UUID, kind: str) -> dict[str, Any]:
    return {"other": {"reference": f"Patient/{other}"}, "type": kind}


def _identifiers(traits: Any) -> list[dict[str, Any]]:
    found = []
    if traits.ipp:
        system = system_of(traits.authority_namespace, traits.authority_oid)
        found.append(fhir.identifier(traits.ipp, system=system, use="usual", type_code="PI"))
    shared = ins.shared_ins(traits)
    kind = ins.kind_of(shared.oid) if shared else None
    if shared is not None and kind is not None:
        use = "temp" if kind is ins.InsKind.NIA else "official"
        number = fhir.identifier(shared.matricule, system=f"urn:oid:{shared.oid}", use=use)
        found.append(number | {"type": fhir.codeable_concept(fhir.coding(IDENTIFIER_TYPES_FR, kind.value))})
    return found


def _names(traits: Any) -> list[dict[str, Any]]:
    names = [fhir.human_name(traits.birth_name or None, traits.given_names)]
    if traits.used_name and traits.used_name != traits.birth_name:
        given = [traits.first_given] if traits.first_given else []
        names.append(fhir.human_name(traits.used_name, given, use="usual"))
    return [name for name in names if name.keys() - {"use"}]


def _telecom(traits: Any) -> list[dict[str, Any]]:
    told = (("phone", traits.phone), ("email", traits.email))
    return [{"system": system, "value": value} for system, value in told if value]


def _address(told: dict[str, str]) -> list[dict[str, Any]]:
    address = fhir.pruned(
        {
            "line": [line for line in (told.get("street"), told.get("other")) if line],
            "city": told.get("city"),
            "postalCode": told.get("postal_code"),
            "country": told.get("country"),
        }
    )
    return [address] if address else []
