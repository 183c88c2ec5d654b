"""How a town doctor wants to be reached."""

from datetime import datetime

from django.db import transaction

from passerelle.care.liaison.models import Correspondent
from passerelle.core.access.api import AccessRefused, Role, Viewer
from passerelle.core.audit import api as audit


class MailboxTaken(Exception):
    """Cette boîte est déjà celle d’un autre médecin."""


@transaction.atomic
def set_correspondence(
    *, mailbox: str, notice_address: str, wants_notices: bool, by: Viewer, at: datetime
) -> Correspondent:
    """Keep where this doctor is reached.

    Raises:
        AccessRefused: not a town doctor.
        MailboxTaken: another doctor told this mailbox.
    """
    if by.account_id is None or not by.has(Role.TOWN_DOCTOR):
        raise AccessRefused
    known = mailbox.strip().lower()
    if known and Correspondent.objects.filter(mailbox=known).exclude(account_id=by.account_id).exists():
        raise MailboxTaken
    kept, _ = Correspondent.objects.update_or_create(
        account_id=by.account_id,
        defaults={
            "name": by.name,
            "mailbox": known,
            "notice_address": notice_address.strip(),
            "wants_notices": wants_notices and bool(notice_address.strip()),
            "changed_at": at,
        },
    )
    audit.record(
        audit.Action.RESOURCE_CHANGED, by=by.actor(Role.TOWN_DOCTOR), at=at, target=f"correspondent:{by.account_id}"
    )
    return kept
