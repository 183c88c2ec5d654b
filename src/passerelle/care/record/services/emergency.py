from datetime import datetime
from uuid import UUID

from passerelle.core.access.api import Viewer


def open_emergency_access(*, person_id: UUID, reason: str, by: Viewer, at: datetime) -> datetime:
    """Open a record in an emergency, for a few hours, with a reason the patient will read; return when it ends.

    Raises:
        ReasonMissing: no reason was given.
        AccessRefused: the viewer's roles have no emergency access.
    """
    raise NotImplementedError
