"""The composite fields of the messages we write, one function per data type."""

from __future__ import annotations

from datetime import datetime

from passerelle.protocols import hl7v2
from passerelle.protocols.hl7v2 import Field
from passerelle.protocols.hl7v2.writing import Occurrence
from passerelle.protocols.ins import IdentityStatus, InsKind
from passerelle.protocols.pamfr.events import Identifier, Location, Patient, Practitioner, Traits, Unit
from passerelle.protocols.pamfr.people import NULL

_INS_NAMESPACES = {InsKind.NIA: "ASIP-SANTE-INS-NIA"}
_NIR_NAMESPACE = "ASIP-SANTE-INS-NIR"
_TRUSTED = frozenset({IdentityStatus.VALIDEE, IdentityStatus.QUALIFIEE})


def moment(at: datetime | None) -> str:
    return "" if at is None else hl7v2.moment(at)


def identifier(one: Identifier | None) -> Occurrence:
    """Write a CX."""
    return "" if one is None else (one.value, "", "", _authority(one), one.type)


def entity(one: Identifier) -> Occurrence:
    """Write an EI."""
    return one.value, *_authority(one)


def patient_identifiers(patient: Patient) -> Field:
    """Write PID-3; the INS comes from `identifiers`, or from `ins` when it is not there."""
    held = list(patient.identifiers)
    ins = patient.ins
    if ins is not None and all(one.value != ins.matricule for one in held):
        held.append(Identifier(ins.matricule, "INS", _INS_NAMESPACES.get(ins.kind, _NIR_NAMESPACE), ins.oid, "ISO"))
    written = [identifier(one) for one in held]
    if patient.erases_ins:
        written.append((NULL, "", "", "", "INS"))
    return written


def names(traits: Traits) -> Field:
    """Write PID-5: the name at birth with the whole list of given names, then the name in use."""
    legal: Occurrence = (traits.birth_name, traits.first_given, " ".join(traits.given_names), "", "", "", "L")
    if traits.used_name is None:
        return [legal]
    return [legal, (traits.used_name, traits.first_given, "", "", "", "", "D")]


def addresses(traits: Traits) -> Field:
    """Write PID-11: where the patient lives, then the commune of birth."""
    found: list[Occurrence] = []
    if traits.address is not None:
        home = traits.address
        found.append((home.street, home.other, home.city, "", home.postal_code, home.country, "H", "", home.insee))
    if traits.birth_place is not None:
        found.append(("", "", "", "", "", "", "BDL", "", traits.birth_place))
    return found


def contacts(traits: Traits) -> Field:
    found: list[Occurrence] = []
    if traits.phone is not None:
        found.append(("", "PRN", "PH", "", "", "", "", "", "", "", "", traits.phone))
    if traits.email is not None:
        found.append(("", "NET", "Internet", traits.email))
    return found


def reliability(patient: Patient) -> Field:
    """Write PID-32: whether the identity is trusted, then its attributes."""
    return ["VALI" if patient.status in _TRUSTED else "PROV", *sorted(patient.attributes)]


def practitioner(who: Practitioner | None) -> Occurrence:
    """Write an XCN."""
    if who is None:
        return ""
    known = who.identifier or Identifier("")
    return (known.value, who.family, who.given, "", "", "", "", "", _authority(known), "D", "", "", known.type)


def location(where: Location | None) -> Occurrence:
    """Write a PL."""
    return "" if where is None else (where.point_of_care, where.room, where.bed, where.facility)


def unit(one: Unit | None) -> Occurrence:
    """Write an XON that names a functional unit."""
    return "" if one is None else (one.label, "", "", "", "", "", "UF", "", "", one.code)


def _authority(one: Identifier) -> tuple[str, str, str]:
    return one.namespace, one.universal_id, one.universal_id_type
