from datetime import datetime, timedelta
from uuid import UUID

from passerelle.core.access.models import EmergencyAccess
from passerelle.core.access.services.checks import AccessRefused, check
from passerelle.core.access.viewer import Viewer
from passerelle.core.access.vocabulary import Act, Kind, Relation, State

LONGEST = timedelta(hours=4)


class ReasonMissing(Exception):
    """Donnez le motif de l’accès d’urgence : il sera montré au patient."""


def open_emergency_access(  # noqa: PLR0913 - an emergency access is all of this
    *,
    viewer: Viewer,
    person_id: UUID,
    reason: str,
    relation: Relation,
    at: datetime,
    state: State = State.NORMAL,
    lasting: timedelta = LONGEST,
) -> EmergencyAccess:
    """Open a person's record for at most four hours, with a reason the patient will read.

    `relation` is what ties the viewer to the person before the door is opened.

    Raises:
        ReasonMissing: there is no reason.
        AccessRefused: this viewer may not open one.
    """
    if viewer.account_id is None:
        raise AccessRefused
    if not reason.strip():
        raise ReasonMissing
    target = f"person:{person_id}"
    check(
        viewer,
        Kind.PATIENT,
        Act.BREAK_GLASS,
        relation=relation,
        state=state,
        target=target,
        person_id=person_id,
        at=at,
        reason=reason,
    )
    return EmergencyAccess.objects.create(
        account_id=viewer.account_id,
        person_id=person_id,
        reason=reason.strip()[:300],
        at=at,
        expires_at=at + min(lasting, LONGEST),
    )
