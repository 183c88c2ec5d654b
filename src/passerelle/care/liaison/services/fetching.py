"""Empty the secure mailboxes that are declared, one after the other."""

import logging
from datetime import datetime

from passerelle.care.delivery import api as delivery
from passerelle.care.liaison.services.mails import take_mail

_logger = logging.getLogger(__name__)


def fetch_mailboxes(*, at: datetime) -> int:
    """Take the new mails of every mailbox; one that does not open leaves the others; return how many were taken."""
    return sum(_fetch(mailbox, at) for mailbox in delivery.mailboxes())


def _fetch(mailbox: delivery.MailboxRow, at: datetime) -> int:
    def take(raw: bytes) -> None:
        take_mail(raw=raw, mailbox=mailbox, at=at)

    try:
        return delivery.fetch_mails(mailbox, take)
    except delivery.MailboxClosed as refusal:
        _logger.warning("mailbox %s not relieved: %s", mailbox.destination, refusal.why)
        return 0
