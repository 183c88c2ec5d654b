"""The codes that a person gave and that nobody has used yet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.care.consent.models import RelativeInvitation


@dataclass(frozen=True, slots=True)
class PendingRelative:
    """A relative invited; both ends are exclusive."""

    id: UUID
    name: str
    expires_at: datetime
    ends_at: datetime


def pending_relatives(person_id: UUID, *, at: datetime) -> list[PendingRelative]:
    """Return the invitations of a person that still open, the latest first."""
    rows = RelativeInvitation.objects.live(at).filter(person_id=person_id).order_by("-made_at", "id")
    return [PendingRelative(row.id, row.name, row.expires_at, row.ends_at) for row in rows]
