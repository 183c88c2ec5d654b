"""What the ordinary tasks do for appointments: lapse offers, refill freed places, publish slots."""

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.care.appointments.services.defining import publish_slots
from passerelle.care.appointments.services.refilling import expire_offers, refill


@app.periodic(cron="* * * * *", periodic_id="appointments-refill")
@app.task(name="appointments.refill", queueing_lock="appointments-refill", lock="appointments-refill")
def refill_each_minute(timestamp: int) -> None:
    """Close the offers that nobody answered, and offer what is free to those who wait."""
    del timestamp
    now = timezone.now()
    expire_offers(at=now)
    refill(at=now)


@app.periodic(cron="17 4 * * *", periodic_id="appointments-slots")
@app.task(name="appointments.slots", queueing_lock="appointments-slots", lock="appointments-slots")
def publish_slots_each_night(timestamp: int) -> None:
    """Publish the slots of the coming weeks to the applications that read them by FHIR."""
    del timestamp
    publish_slots(at=timezone.now())
