"""Who is on which piece of work, so that two officers do not do the same one."""

from datetime import datetime, timedelta

from django.db import transaction

from passerelle.care.identitovigilance.models import Claim
from passerelle.core.access.api import Viewer

HELD_FOR = timedelta(minutes=30)


class ClaimedByOther(Exception):
    """Ce travail est pris par une autre personne."""


@transaction.atomic
def claim(*, subject: str, by: Viewer, at: datetime) -> Claim:
    """Take a piece of work for half an hour, or keep it for half an hour more.

    Raises:
        ClaimedByOther: somebody else has it, and their time is not over.
    """
    if by.account_id is None:
        raise ClaimedByOther
    held, is_new = Claim.objects.select_for_update().get_or_create(
        subject=subject,
        defaults={
            "account_id": by.account_id,
            "account_name": by.name,
            "claimed_at": at,
            "until": at + HELD_FOR,
        },
    )
    if is_new:
        return held
    if held.account_id != by.account_id:
        if held.until > at:
            raise ClaimedByOther
        held.account_id, held.account_name, held.claimed_at = by.account_id, by.name, at
    held.until = at + HELD_FOR
    held.save(update_fields=["account_id", "account_name", "claimed_at", "until"])
    return held


def release(*, subject: str, by: Viewer) -> None:
    """Give a piece of work back; somebody else's stays theirs."""
    if by.account_id is not None:
        Claim.objects.filter(subject=subject, account_id=by.account_id).delete()
