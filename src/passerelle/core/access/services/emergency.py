from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from passerelle.core.access.models import EmergencyAccess
from passerelle.core.access.services.checks import AccessRefused, check
from passerelle.core.access.viewer import Viewer
from passerelle.core.access.vocabulary import Act, Kind, Relation, Role, State
from passerelle.core.audit import api as audit

LONGEST = timedelta(hours=4)


class ReasonMissing(Exception):
    """Donnez le motif de l’accès d’urgence : il sera montré au patient."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """Why a record is opened in an emergency: a word of `REASONS`, and the text the patient reads."""

    text: str
    code: str = ""


@transaction.atomic
def open_emergency_access(  # noqa: PLR0913 - an emergency access is all of this
    *,
    viewer: Viewer,
    person_id: UUID,
    reason: str | Urgency,
    relation: Relation,
    at: datetime,
    state: State = State.NORMAL,
    lasting: timedelta = LONGEST,
) -> EmergencyAccess:
    """Open a person's record for at most four hours, with a reason the patient will read.

    `relation` is what ties the viewer to the person before the door is opened. Whoever controls finds the row in
    their worklist, the patient in their notices: both are read from it.

    Raises:
        ReasonMissing: there is no reason.
        AccessRefused: this viewer may not open one.
    """
    if viewer.account_id is None:
        raise AccessRefused
    why = reason if isinstance(reason, Urgency) else Urgency(reason)
    if not why.text.strip():
        raise ReasonMissing
    check(
        viewer,
        Kind.PATIENT,
        Act.BREAK_GLASS,
        relation=relation,
        state=state,
        target=f"person:{person_id}",
        person_id=person_id,
        at=at,
        reason=why.text,
    )
    return EmergencyAccess.objects.create(
        account_id=viewer.account_id,
        person_id=person_id,
        establishment=viewer.actor(Role.CLINICIAN).establishment,
        reason_code=why.code,
        reason=why.text.strip()[:300],
        at=at,
        expires_at=at + min(lasting, LONGEST),
    )


@transaction.atomic
def end_emergency_access(*, viewer: Viewer, emergency_id: UUID, at: datetime) -> UUID:
    """Close one's own door before its time; return whose record it was. A door already closed stays as it is.

    Raises:
        AccessRefused: this viewer opened no such door.
    """
    if viewer.account_id is None:
        raise AccessRefused
    row = EmergencyAccess.objects.select_for_update().filter(pk=emergency_id, account_id=viewer.account_id).first()
    if row is None:
        raise AccessRefused
    if row.ended_at is None and at < row.expires_at:
        row.ended_at = max(at, row.at)
        row.save(update_fields=["ended_at"])
        audit.record(
            audit.Action.EMERGENCY_ENDED,
            by=viewer.actor(Role.CLINICIAN),
            at=at,
            target=f"person:{row.person_id}",
            person_id=row.person_id,
        )
    return row.person_id
