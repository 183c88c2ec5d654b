"""What the worker does about INSi: questions that wait, campaigns."""

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.care.identity.gateway import insi_gateway
from passerelle.care.identity.services.asking import retry_waiting
from passerelle.care.identity.services.campaigns import advance_campaign

# The teleservice is shared by the whole country: a campaign takes hours, and lets the desks through.
_BATCHES_A_MINUTE = 5


@app.periodic(cron="* * * * *", periodic_id="insi-retry")
@app.task(name="identity.insi_retry", queueing_lock="insi-retry", lock="insi")
def retry_every_minute(timestamp: int) -> None:
    """Ask again what INSi could not answer, then go on with the campaign."""
    del timestamp
    gateway = insi_gateway()
    if gateway is None:
        return
    retry_waiting(gateway=gateway, at=timezone.now())
    for _ in range(_BATCHES_A_MINUTE):
        if not advance_campaign(gateway=gateway, at=timezone.now()):
            break
