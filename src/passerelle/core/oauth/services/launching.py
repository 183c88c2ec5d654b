"""Opening an application from a record: what the house says to it, once."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from passerelle.core.oauth.models import LaunchTicket
from passerelle.core.oauth.patients import PatientChoice

_LASTS = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Launch:
    """What a ticket says: whose record, and which stay, was open."""

    digest: str
    patient: PatientChoice
    encounter_id: UUID | None


@transaction.atomic
def open_launch(
    *, account_id: UUID, application: Any, patient: PatientChoice, encounter_id: UUID | None, at: datetime
) -> str:
    """Return the ticket with which an application learns whose record was open; only its digest is kept."""
    ticket = secrets.token_urlsafe(32)
    LaunchTicket.objects.filter(expires_at__lt=at).delete()
    LaunchTicket.objects.create(
        digest=_digest(ticket),
        account_id=account_id,
        application=application,
        patient_id=patient.patient_id,
        person_id=patient.person_id,
        encounter_id=encounter_id,
        expires_at=at + _LASTS,
    )
    return ticket


def launch_of(ticket: str, *, account_id: UUID, application: Any, at: datetime) -> Launch | None:
    """Return what a ticket says to this application about this user; None when it is theirs no more."""
    found = LaunchTicket.objects.filter(
        digest=_digest(ticket), account_id=account_id, application=application, expires_at__gt=at, used_at=None
    ).first()
    if found is None:
        return None
    return Launch(found.digest, PatientChoice(found.patient_id, found.person_id, ""), found.encounter_id)


def use_launch(*, launch: Launch, at: datetime) -> bool:
    """Count a ticket as read; tell whether it was the first time."""
    return LaunchTicket.objects.filter(pk=launch.digest, used_at=None).update(used_at=at) == 1


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
