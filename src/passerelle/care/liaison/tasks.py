"""What the ordinary tasks do for the link with town: follow each minute, relieve the mailboxes, send notices."""

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.care.liaison.services.fetching import fetch_mailboxes
from passerelle.care.liaison.services.following import follow
from passerelle.care.liaison.services.notices import send_notices


@app.periodic(cron="* * * * *", periodic_id="liaison-follow")
@app.task(name="liaison.follow", queueing_lock="liaison-follow", lock="liaison-follow")
def follow_each_minute(timestamp: int) -> None:
    """Note discharges and letters, receipts and readings; escalate what is late; tell what awaits."""
    del timestamp
    now = timezone.now()
    follow(at=now)
    if settings.EMAIL_HOST:
        send_notices(at=now)


@app.periodic(cron="*/2 * * * *", periodic_id="liaison-mailboxes")
@app.task(name="liaison.mailboxes", queueing_lock="liaison-mailboxes", lock="liaison-mailboxes")
def relieve_mailboxes(timestamp: int) -> None:
    """Take the new mails of the secure mailboxes."""
    del timestamp
    fetch_mailboxes(at=timezone.now())
