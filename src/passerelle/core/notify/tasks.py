"""What the ordinary tasks do for messages: send what is due each minute, forget each night."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.core.notify.sending.sender import Sender
from passerelle.core.notify.services.forgetting import forget
from passerelle.core.notify.services.hearing import deal_with_kept
from passerelle.core.parameters.api import legal

# The ordinary tasks share one worker: the others have their turn within the minute.
_SECONDS = 25.0


@app.periodic(cron="* * * * *", periodic_id="notify-send")
@app.task(name="notify.send", queueing_lock="notify-send")
def send_each_minute(timestamp: int) -> None:
    """Send what is due, at the rhythm of each gateway; deal again with answers that a fault left aside."""
    del timestamp
    deal_with_kept(at=timezone.now())
    Sender(clock=timezone.now).run(seconds=_SECONDS)


@app.periodic(cron="40 3 * * *", periodic_id="notify-forget")
@app.task(name="notify.forget", queueing_lock="notify-forget")
def forget_each_night(timestamp: int) -> None:
    """Forget numbers, words and replies after the days that the parameter gives."""
    del timestamp
    now = timezone.now()
    days = legal("notify.content_retention_days", timezone.localdate(now)).as_int
    forget(before=now - timedelta(days=days), at=now)
