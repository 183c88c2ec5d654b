"""What the ordinary tasks do for reminders: plan each quarter of an hour, follow every five minutes."""

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.care.reminders.services.following import follow
from passerelle.care.reminders.services.planning import plan


@app.periodic(cron="*/15 * * * *", periodic_id="reminders-plan")
@app.task(name="reminders.plan", queueing_lock="reminders-plan", lock="reminders")
def plan_each_quarter(timestamp: int) -> None:
    """Plan the reminders of the day to come."""
    del timestamp
    plan(at=timezone.now())


@app.periodic(cron="*/5 * * * *", periodic_id="reminders-follow")
@app.task(name="reminders.follow", queueing_lock="reminders-follow", lock="reminders")
def follow_often(timestamp: int) -> None:
    """Settle what left, and give what did not reach its next channel."""
    del timestamp
    follow(at=timezone.now())
