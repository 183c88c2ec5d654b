"""The national health identity (INS): key, kinds, statuses, display."""

from __future__ import annotations

from passerelle.protocols.ins.rules import (
    OIDS,
    IdentityStatus,
    InsKind,
    check_key,
    compute_key,
    format_matricule,
    kind_of,
)

__all__ = ["OIDS", "IdentityStatus", "InsKind", "check_key", "compute_key", "format_matricule", "kind_of"]
