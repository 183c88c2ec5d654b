from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passerelle.core.audit import labels
from passerelle.core.audit.actions import Action, Outcome
from passerelle.core.audit.models import AuditEvent


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One line of « Qui a consulté mon dossier »; `before` of the next page is `at`.

    `target` is what it was on, as recorded (`document:<id>`); `relation` what tied the reader to it, "" when unknown.
    """

    at: datetime
    actor_name: str
    role_label: str
    establishment_name: str
    action_label: str
    target_label: str
    reason: str
    target: str = ""
    relation: str = ""


def accesses_to(person_id: UUID, *, limit: int, before: datetime | None = None) -> list[AccessRow]:
    """Return who saw or changed this person's record, newest first; refused attempts are not shown. Two queries."""
    events = AuditEvent.objects.filter(person_id=person_id, outcome=Outcome.ALLOWED.value)
    if before is not None:
        events = events.filter(at__lt=before)
    names = labels.establishment_names()
    return [
        AccessRow(
            at=event.at,
            actor_name=event.actor_name,
            role_label=labels.role_label(event.role),
            establishment_name=names.get(event.establishment, event.establishment),
            action_label=Action(event.action).label,
            target_label=labels.target_label(event.target),
            reason=event.reason,
            target=event.target,
            relation=str((event.detail or {}).get("relation", "")),
        )
        for event in events.order_by("-at", "-id")[:limit]
    ]
