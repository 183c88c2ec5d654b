"""When documents were opened here, by the journal: whatever the page or the interface they were opened by."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from passerelle.core.audit import api as audit

Opened = Mapping[tuple[UUID, UUID], datetime]


def openings(pairs: Iterable[tuple[UUID, UUID]]) -> Opened:
    """Return when each (document, account) was first opened, in one query; those never opened are absent."""
    asked = set(pairs)
    if not asked:
        return {}
    targets = {f"document:{document}": document for document, _ in asked}
    found = audit.first_openings(list(targets), [account for _, account in asked])
    return {
        (targets[target], account): at for (target, account), at in found.items() if (targets[target], account) in asked
    }
