from datetime import datetime

from passerelle.core.audit import seals
from passerelle.core.audit.models import AuditHead
from passerelle.core.audit.rules import Head


def seal(*, at: datetime) -> seals.Seal:
    """Sign the heads of all chains and write the seal outside the database; every minute in production."""
    rows = AuditHead.objects.order_by("shard").values_list("shard", "sequence", "hash")
    return seals.append([Head(shard, sequence, bytes(value)) for shard, sequence, value in rows], at=at)
