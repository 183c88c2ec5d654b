"""The messages that wait for a decision of the identity cell."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from passerelle.care.exchange.models import Message, State

_ABOUT_IDENTITY = ("A40", "A47", "A44", "A37")
_PLACES = ("MRG", "PID-3", "PID-32")


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """A message kept for a person, and why; never its content."""

    id: UUID
    received_at: datetime
    type: str
    establishment: str
    where: str
    why: str


def parked_for_identity(*, limit: int = 200) -> list[ParkedMessage]:
    """Return the parked messages whose refusal is about who somebody is, oldest first."""
    about = Q(trigger__in=_ABOUT_IDENTITY)
    for place in _PLACES:
        about |= Q(error_where__startswith=place)
    rows = Message.objects.filter(about, state=State.PARKED).defer("raw", "ack", "keys").order_by("seq")
    return [
        ParkedMessage(
            row.pk, row.received_at, f"{row.code}^{row.trigger}", row.establishment, row.error_where, row.error_why
        )
        for row in rows[:limit]
    ]
