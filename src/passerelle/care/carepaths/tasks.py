"""Measures that came do the tasks that asked them; a following whose last day is past is complete."""

from typing import Final

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.care.carepaths.services.following import complete_those_over
from passerelle.care.carepaths.services.measures import note_measures
from passerelle.core.audit.api import Actor

_HOUSE: Final = Actor(account_id=None, name="Passerelle", role="operator")


@app.periodic(cron="*/15 * * * *", periodic_id="carepaths-measures")
@app.task(name="carepaths.measures", queueing_lock="carepaths-measures")
def note_measures_often(timestamp: int) -> None:
    """Say done what a measure does."""
    del timestamp
    note_measures(at=timezone.now())


@app.periodic(cron="40 2 * * *", periodic_id="carepaths-complete")
@app.task(name="carepaths.complete", queueing_lock="carepaths-complete")
def complete_each_night(timestamp: int) -> None:
    """Complete what is over."""
    del timestamp
    complete_those_over(by=_HOUSE, at=timezone.now())
