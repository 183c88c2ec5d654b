from datetime import datetime
from uuid import UUID

from django.db import transaction

from passerelle.care.reminders.models import ReachChoice
from passerelle.core.audit import api as audit


@transaction.atomic
def choose_reach(*, person_id: UUID, sms: bool, email: bool, by: audit.Actor, door: str, at: datetime) -> None:
    """Keep how a person wants to be reminded; it stands against what hospitals say of them.

    `door` says who tells it: self, representative, staff.
    """
    ReachChoice.objects.update_or_create(
        person_id=person_id, defaults={"sms": sms, "email": email, "at": at, "by_name": by.name, "door": door}
    )
    audit.record(audit.Action.CHOICE_MADE, by=by, at=at, target="reminders", person_id=person_id)
