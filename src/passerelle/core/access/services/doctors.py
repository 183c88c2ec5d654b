from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from passerelle.core.access.models import ChosenDoctor
from passerelle.core.audit import api as audit


@transaction.atomic
def choose_doctor(*, person_id: UUID, account_id: UUID, on: date, by: audit.Actor | None, at: datetime) -> None:
    """Make this account the person's chosen doctor from a day; the one before stops that day."""
    current = ChosenDoctor.objects.select_for_update(of=("self",)).filter(person_id=person_id, ends_on=None).first()
    if current is not None and current.account_id == account_id:
        return
    if current is not None:
        current.ends_on = max(on, current.starts_on)
        current.save(update_fields=["ends_on"])
    ChosenDoctor.objects.create(person_id=person_id, account_id=account_id, starts_on=on)
    audit.record(audit.Action.DOCTOR_CHOSEN, by=by, at=at, target=f"account:{account_id}", person_id=person_id)
