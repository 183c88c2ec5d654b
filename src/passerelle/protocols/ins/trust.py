"""The four trust statuses as a machine: two independent facts, and what forbids them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from passerelle.protocols.ins.rules import IdentityStatus

DOUBTFUL = "DOUT"
FICTITIOUS = "FICT"
HOMONYM = "HOMA"

#: Attributes under which an identity stays provisional, without INS and without a call to INSi.
#: Source: guide d'implémentation de l'INS, v3.0, EXI ID 24 and 26; RNIV, EXI SI 09.
BLOCKING_ATTRIBUTES = frozenset({DOUBTFUL, FICTITIOUS})

_V2_STATUS_SYSTEMS = ("v2-0445", "2.16.840.1.113883.12.445")
_TRUSTED_IN_HL7 = "VALI"


@dataclass(frozen=True, slots=True)
class TrustFacts:
    """What the status is made of.

    `has_insi`: matricule and traits came from INSi and agree with the local ones. `is_checked`: the traits were
    compared with a high-trust proof of identity. `is_birth_date_corrected`: ZFD-4, the date of the proof is not the
    one in use (a fictive or lunar date set right), so INSi cannot have confirmed it.
    """

    has_insi: bool = False
    is_checked: bool = False
    attributes: frozenset[str] = frozenset()
    is_birth_date_corrected: bool = False

    @property
    def may_hold_ins(self) -> bool:
        """Tell whether an INS may be kept and INSi called."""
        return may_hold_ins(self.attributes) and not self.is_birth_date_corrected


def may_hold_ins(attributes: Collection[str]) -> bool:
    """Tell whether an identity with these attributes may hold an INS and be sent to INSi."""
    return BLOCKING_ATTRIBUTES.isdisjoint(attributes)


def trust_status(facts: TrustFacts) -> IdentityStatus:
    """Return the status of these facts. Source: RNIV, EXI SI 07 (crossing of two independent criteria)."""
    if not may_hold_ins(facts.attributes):
        return IdentityStatus.PROVISOIRE
    has_insi = facts.has_insi and facts.may_hold_ins
    if facts.is_checked:
        return IdentityStatus.QUALIFIEE if has_insi else IdentityStatus.VALIDEE
    return IdentityStatus.RECUPEREE if has_insi else IdentityStatus.PROVISOIRE


def facts_of(status: IdentityStatus) -> TrustFacts:
    """Return the two facts that a status says."""
    return TrustFacts(
        has_insi=status in {IdentityStatus.RECUPEREE, IdentityStatus.QUALIFIEE},
        is_checked=status in {IdentityStatus.VALIDEE, IdentityStatus.QUALIFIEE},
    )


class TrustEvent(StrEnum):
    """What may happen to an identity, as far as trust goes."""

    EVIDENCE_CHECKED = "evidence_checked"
    EVIDENCE_WITHDRAWN = "evidence_withdrawn"
    INSI_FOUND = "insi_found"
    INSI_NONE = "insi_none"
    INSI_SEVERAL = "insi_several"
    INS_REMOVED = "ins_removed"
    BIRTH_DATE_CORRECTED = "birth_date_corrected"
    DOUBTED = "doubted"


_EFFECTS: dict[TrustEvent, Callable[[TrustFacts], TrustFacts]] = {
    TrustEvent.EVIDENCE_CHECKED: lambda facts: replace(facts, is_checked=True),
    TrustEvent.EVIDENCE_WITHDRAWN: lambda facts: replace(facts, is_checked=False),
    TrustEvent.INSI_FOUND: lambda facts: replace(facts, has_insi=True),
    TrustEvent.INSI_NONE: lambda facts: facts,
    TrustEvent.INSI_SEVERAL: lambda facts: facts,
    TrustEvent.INS_REMOVED: lambda facts: replace(facts, has_insi=False),
    TrustEvent.BIRTH_DATE_CORRECTED: lambda facts: replace(facts, has_insi=False, is_birth_date_corrected=True),
    TrustEvent.DOUBTED: lambda facts: replace(facts, has_insi=False, is_checked=False),
}


def status_after(
    status: IdentityStatus,
    event: TrustEvent,
    *,
    attributes: Collection[str] = (),
    is_birth_date_corrected: bool = False,
) -> IdentityStatus:
    """Return the status after an event; an answer of INSi other than "found" never changes it."""
    before = replace(
        facts_of(status), attributes=frozenset(attributes), is_birth_date_corrected=is_birth_date_corrected
    )
    return trust_status(_EFFECTS[event](before))


def hl7_code(status: IdentityStatus) -> str:
    """Return the code of PID-32 (table 0445) for a status: VALI says validated or qualified, the INS tells which."""
    return _TRUSTED_IN_HL7 if facts_of(status).is_checked else "PROV"


def status_of_fhir(code: str, *, system: str, has_ins: bool) -> IdentityStatus:
    """Return the status that a FHIR Patient tells, by its two facts and never by copying a code.

    The former code system copies table 0445, whose VALI with an INS is "qualified"; the present one has the four
    statuses, where a matricule goes with "qualified" only. An unknown code is provisional.
    Source: FR Core 2.2.0, FRCoreCodeSystemIdentityStatus, and Interop'Santé, hl7.fhir.fr.core, issue 298.
    """
    if any(system.endswith(known) for known in _V2_STATUS_SYSTEMS):
        return trust_status(
            TrustFacts(has_insi=has_ins and code == _TRUSTED_IN_HL7, is_checked=code == _TRUSTED_IN_HL7)
        )
    if code not in set(IdentityStatus):
        return IdentityStatus.PROVISOIRE
    told = facts_of(IdentityStatus(code))
    has_insi = told.has_insi and (has_ins or not told.is_checked)
    return trust_status(replace(told, has_insi=has_insi))
