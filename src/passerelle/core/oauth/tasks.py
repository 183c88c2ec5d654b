"""What the worker does for the applications."""

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.core.oauth.services.cleaning import clean


@app.periodic(cron="17 * * * *", periodic_id="oauth-clean")
@app.task(name="oauth.clean", queueing_lock="oauth-clean")
def clean_every_hour(timestamp: int) -> None:
    """Delete tokens, proofs and tickets past their time."""
    del timestamp
    clean(at=timezone.now())
