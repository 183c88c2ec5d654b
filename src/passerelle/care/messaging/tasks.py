"""What the worker does for the messages."""

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.care.messaging.services.answering import escalate


@app.periodic(cron="*/10 * * * *", periodic_id="messaging-escalate")
@app.task(name="messaging.escalate", queueing_lock="messaging-escalate")
def escalate_late(timestamp: int) -> None:
    """Tell the promises that are broken."""
    del timestamp
    escalate(at=timezone.now())
