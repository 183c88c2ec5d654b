"""The emergency accesses: which are open, who opened which, how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from passerelle.core.access.models import EmergencyAccess
from passerelle.core.access.viewer import Viewer

REASONS: Final = {
    "vital": "Urgence vitale",
    "unconscious": "Patient qui ne peut pas s’exprimer",
    "transfer": "Patient adressé ou transféré en urgence",
    "on_call": "Avis demandé au médecin de garde",
    "other": "Autre urgence",
}
RATE_WINDOW: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency access; `closes_at` is when it ended or will end by itself."""

    id: UUID
    person_id: UUID
    account_id: UUID
    actor_name: str
    establishment: str
    reason_label: str
    reason: str
    at: datetime
    closes_at: datetime
    was_ended: bool

    def is_open(self, at: datetime) -> bool:
        """Tell whether the door is open at this moment."""
        return self.at <= at < self.closes_at


def has_emergency_access(viewer: Viewer, person_id: UUID, *, at: datetime) -> bool:
    """Tell whether this viewer has an emergency door open on this person at this moment."""
    return viewer.account_id is not None and _open(viewer.account_id, at).filter(person_id=person_id).exists()


def open_emergencies(viewer: Viewer, *, at: datetime) -> list[Emergency]:
    """Return the doors this viewer has open at this moment, the first to close first. One query."""
    if viewer.account_id is None:
        return []
    return _rows(_open(viewer.account_id, at).order_by("expires_at", "id"))


def emergencies(
    *,
    person_id: UUID | None = None,
    ids: Sequence[UUID] | None = None,
    since: datetime | None = None,
    establishments: frozenset[str] | None = None,
) -> list[Emergency]:
    """Return the emergency accesses that answer all that is asked, newest first. A machine read: the caller decides."""
    rows = EmergencyAccess.objects.all()
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if establishments is not None:
        rows = rows.filter(establishment__in=establishments)
    return _rows(rows.order_by("-at", "-id"))


def emergency_count(account_id: UUID, *, at: datetime) -> int:
    """Return how many doors an account opened in the twenty-four hours before this moment, this moment included."""
    return EmergencyAccess.objects.filter(account_id=account_id, at__gt=at - RATE_WINDOW, at__lte=at).count()


def _open(account_id: UUID, at: datetime) -> QuerySet[EmergencyAccess]:
    still = Q(ended_at=None) | Q(ended_at__gt=at)
    return EmergencyAccess.objects.filter(still, account_id=account_id, at__lte=at, expires_at__gt=at)


def _rows(found: QuerySet[EmergencyAccess]) -> list[Emergency]:
    return [
        Emergency(
            id=row.id,
            person_id=row.person_id,
            account_id=row.account_id,
            actor_name=row.account.display_name,
            establishment=row.establishment,
            reason_label=REASONS.get(row.reason_code, ""),
            reason=row.reason,
            at=row.at,
            closes_at=row.ended_at or row.expires_at,
            was_ended=row.ended_at is not None,
        )
        for row in found.select_related("account")
    ]
