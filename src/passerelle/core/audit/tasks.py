"""What the worker does for the journal."""

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.core.audit.services.sealing import seal


@app.periodic(cron="* * * * *", periodic_id="audit-seal")
@app.task(name="audit.seal", queueing_lock="audit-seal")
def seal_every_minute(timestamp: int) -> None:
    """Seal the chains; a minute without events writes nothing."""
    del timestamp
    seal(at=timezone.now())
