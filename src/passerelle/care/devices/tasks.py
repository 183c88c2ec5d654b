"""What the ordinary tasks do for remote monitoring: look each minute at what time brings."""

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.care.devices.services.following import follow


@app.periodic(cron="* * * * *", periodic_id="devices-follow")
@app.task(name="devices.follow", queueing_lock="devices-follow", lock="devices-follow")
def follow_each_minute(timestamp: int) -> None:
    """Open what silence asks for, escalate what nobody took."""
    del timestamp
    follow(at=timezone.now())
