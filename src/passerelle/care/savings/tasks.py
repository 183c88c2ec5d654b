"""Each night, count the acts of the month, and those of the month before: what was late is counted too."""

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.care.savings.rules.estimate import months_until
from passerelle.care.savings.services.counts import count_month


@app.periodic(cron="50 2 * * *", periodic_id="savings-count")
@app.task(name="savings.count", queueing_lock="savings-count")
def count_each_night(timestamp: int) -> None:
    """Count the two last months anew."""
    del timestamp
    now = timezone.now()
    for month in months_until(timezone.localdate(now), 2):
        count_month(month, at=now)
