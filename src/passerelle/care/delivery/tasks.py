"""What the ordinary tasks do for deliveries: each night, erase what was settled long ago."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.care.delivery.services.retention import erase_old_payloads
from passerelle.core.parameters.api import legal


@app.periodic(cron="20 3 * * *", periodic_id="delivery-retention")
@app.task(name="delivery.retention", queueing_lock="delivery-retention")
def erase_each_night(timestamp: int) -> None:
    """Erase the bytes of what was delivered or cancelled before the days that the parameter gives."""
    del timestamp
    now = timezone.now()
    days = legal("delivery.payload_retention_days", timezone.localdate(now)).as_int
    erase_old_payloads(before=now - timedelta(days=days), at=now)
