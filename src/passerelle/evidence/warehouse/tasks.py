from uuid import UUID

from django.db import transaction
from django.utils.timezone import now
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from passerelle.core.audit import api as audit
from passerelle.evidence.warehouse.services.extract import refresh


@app.task(queueing_lock="warehouse.refresh", lock="warehouse.refresh")
def refresh_extract(account_id: str, name: str) -> None:
    """Make a new extract, asked for by an account."""
    refresh(at=now(), by=audit.Actor(account_id=UUID(account_id), name=name, role="cell"))


def ask_for_extract(*, account_id: UUID | None, name: str) -> bool:
    """Queue a new extract; False when one already waits."""
    try:
        with transaction.atomic():
            refresh_extract.defer(account_id=str(account_id), name=name)
    except AlreadyEnqueued:
        return False
    return True
