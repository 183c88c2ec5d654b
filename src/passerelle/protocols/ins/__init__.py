"""The INS: the door is `api`, repeated here so that `ins.check_key` reads well."""

from passerelle.protocols.ins.api import (
    OIDS,
    IdentityStatus,
    InsKind,
    check_key,
    compute_key,
    format_matricule,
    kind_of,
)

__all__ = ["OIDS", "IdentityStatus", "InsKind", "check_key", "compute_key", "format_matricule", "kind_of"]
