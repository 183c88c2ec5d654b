"""What the worker does for pre-admissions."""

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.care.preadmission.services.opening import open_planned
from passerelle.care.preadmission.services.pieces import forget_old


@app.periodic(cron="*/15 * * * *", periodic_id="preadmission-open")
@app.task(name="preadmission.open", queueing_lock="preadmission-open", lock="preadmission-open")
def open_planned_stays(timestamp: int) -> None:
    """Open the pre-admissions of the stays that are planned."""
    del timestamp
    open_planned(at=timezone.now())


@app.periodic(cron="40 3 * * *", periodic_id="preadmission-forget")
@app.task(name="preadmission.forget", queueing_lock="preadmission-forget")
def forget_old_photographs(timestamp: int) -> None:
    """Delete the photographs of comings that are over."""
    del timestamp
    forget_old(at=timezone.now())
