"""The national health identity (INS): key, kinds, statuses, proofs of identity, datamatrix, display."""

from __future__ import annotations

from passerelle.protocols.ins.datamatrix import (
    DatamatrixError,
    InsDatamatrix,
    read_datamatrix,
    write_datamatrix,
)
from passerelle.protocols.ins.evidence import (
    EVIDENCE_RULES,
    CollectionMode,
    EvidenceRule,
    Situation,
    evidence_rule,
    is_high_trust,
)
from passerelle.protocols.ins.lexical import (
    UnwritableName,
    insi_form,
    same_name,
)
from passerelle.protocols.ins.rules import (
    OIDS,
    IdentityStatus,
    InsKind,
    check_key,
    compute_key,
    format_matricule,
    kind_of,
)
from passerelle.protocols.ins.sharing import (
    HeldIdentity,
    SharedIns,
    missing_traits,
    reason_not_to_share,
    shared_ins,
)
from passerelle.protocols.ins.trust import (
    BLOCKING_ATTRIBUTES,
    DOUBTFUL,
    FICTITIOUS,
    HOMONYM,
    TrustEvent,
    TrustFacts,
    facts_of,
    hl7_code,
    may_hold_ins,
    status_after,
    status_of_fhir,
    trust_status,
)

__all__ = [
    "BLOCKING_ATTRIBUTES",
    "DOUBTFUL",
    "EVIDENCE_RULES",
    "FICTITIOUS",
    "HOMONYM",
    "OIDS",
    "CollectionMode",
    "DatamatrixError",
    "EvidenceRule",
    "HeldIdentity",
    "IdentityStatus",
    "InsDatamatrix",
    "InsKind",
    "SharedIns",
    "Situation",
    "TrustEvent",
    "TrustFacts",
    "UnwritableName",
    "check_key",
    "compute_key",
    "evidence_rule",
    "facts_of",
    "format_matricule",
    "hl7_code",
    "insi_form",
    "is_high_trust",
    "kind_of",
    "may_hold_ins",
    "missing_traits",
    "read_datamatrix",
    "reason_not_to_share",
    "same_name",
    "shared_ins",
    "status_after",
    "status_of_fhir",
    "trust_status",
    "write_datamatrix",
]
