"""What a patient decided, as FHIR says it: `Consent` and `CareTeam`. Plain dicts; the choices are given.

Source: HL7 FHIR R4, Consent (patient-privacy) and CareTeam; IG Cercle de soins (ANS).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

from passerelle.care.consent.api import Door, Said, TeamMember
from passerelle.care.record.rules.documents import RESTRICTIONS
from passerelle.protocols.fhir import api as fhir

LEVELS: Final = "urn:passerelle:access-level"
SCOPES: Final = "urn:passerelle:opposition"
RPPS: Final = "urn:oid:1.2.250.1.71.4.2.1"
ESTABLISHMENTS: Final = "urn:passerelle:establishment"
_NAMESPACE: Final = UUID("6f0a3a0e-2f6e-5d4c-9f39-1d7d6d6a7c11")
_SCOPE: Final = fhir.codeable_concept(
    fhir.coding("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy", "Privacy Consent")
)
_CATEGORY: Final = fhir.codeable_concept(fhir.coding("http://loinc.org", "59284-0", "Consent Document"))
_POLICY: Final = fhir.codeable_concept(text="Code de la santé publique, art. L. 1110-4 et R. 1111-46")
HIDDEN_FROM_PARENTS: Final = "INVISIBLE_REP_LEGAUX"
HIDDEN_FROM_PROFESSIONALS: Final = "MASQUE_PS"
_DENIED: Final = {"opposition", "masked", "secret"}


@dataclass(frozen=True, slots=True)
class File:
    """A patient file the resources hang on, and whether the patient is under eighteen."""

    local_identity_id: UUID
    is_minor: bool = False


def id_of(file: File, name: str) -> str:
    """Return the id of a resource of this file: the same choice always has the same."""
    return str(uuid5(_NAMESPACE, f"{file.local_identity_id} {name}"))


def consent_of(said: Said, file: File, *, is_in_force: bool, piece: str = "") -> dict[str, Any]:
    """Return a choice as a Consent that denies; `piece` refers to what it is about, "" for the whole record."""
    provision: dict[str, Any] = {"type": "deny", "period": _period(said)}
    if piece:
        provision["data"] = [{"meaning": "instance", "reference": fhir.reference(piece)}]
    else:
        provision["code"] = [fhir.codeable_concept(fhir.coding(SCOPES, said.kind, said.kind_label), text=said.what)]
    return fhir.pruned(
        {
            "resourceType": "Consent",
            "id": id_of(file, str(said.id)),
            "meta": {"security": [fhir.coding(RESTRICTIONS, label) for label in _labels(said, file)]},
            "identifier": [fhir.identifier(str(said.id), system="urn:ietf:rfc:3986")],
            "status": "active" if is_in_force else "inactive",
            "scope": _SCOPE,
            "category": [_CATEGORY],
            "patient": fhir.reference(f"Patient/{file.local_identity_id}"),
            "dateTime": fhir.moment(said.at),
            "policyRule": _POLICY,
            "provision": provision,
        }
    )


def is_denial(said: Said) -> bool:
    """Tell whether a choice is told as a Consent: the team is a CareTeam, the rest stays in the house."""
    return said.kind in _DENIED


def _labels(said: Said, file: File) -> list[str]:
    """Return who must not read a choice: parents, what the young decided; professionals, that a piece is masked."""
    labels = [HIDDEN_FROM_PROFESSIONALS] if said.kind == "masked" else []
    alone = said.kind == "secret" or (file.is_minor and said.door is Door.SELF)
    return [*labels, HIDDEN_FROM_PARENTS] if alone else labels


def _period(said: Said) -> dict[str, Any]:
    ends = [one for one in (said.ends_at, said.withdrawn_at) if one is not None]
    return fhir.period(said.at, min(ends, default=None))


def care_team_of(members: Sequence[TeamMember], file: File, *, is_private: bool) -> dict[str, Any]:
    """Return the team a patient chose; the private one is what a minor chose alone."""
    labels = [fhir.coding(RESTRICTIONS, HIDDEN_FROM_PARENTS)] if is_private else []
    return fhir.pruned(
        {
            "resourceType": "CareTeam",
            "id": id_of(file, "careteam-private" if is_private else "careteam"),
            "meta": {"security": labels},
            "status": "active" if members else "inactive",
            "name": "Équipe choisie par le patient",
            "subject": fhir.reference(f"Patient/{file.local_identity_id}"),
            "participant": list(_participants(members)),
        }
    )


def _participants(members: Iterable[TeamMember]) -> Iterable[dict[str, Any]]:
    for one in members:
        who: dict[str, Any] = {"display": one.label}
        if one.rpps:
            who |= {"type": "Practitioner", "identifier": fhir.identifier(one.rpps, system=RPPS)}
        elif one.establishment:
            who |= {"type": "Organization", "identifier": fhir.identifier(one.establishment, system=ESTABLISHMENTS)}
        yield {
            "role": [fhir.codeable_concept(fhir.coding(LEVELS, one.level.value, one.level.label))],
            "member": who,
            "period": fhir.period(one.starts_at, one.ends_at),
        }
