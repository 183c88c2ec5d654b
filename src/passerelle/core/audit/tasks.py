"""What the worker does for the journal."""

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.core.audit.services.sealing import seal
from passerelle.core.audit.services.watching import note_bulk_readers


@app.periodic(cron="* * * * *", periodic_id="audit-seal")
@app.task(name="audit.seal", queueing_lock="audit-seal")
def seal_every_minute(timestamp: int) -> None:
    """Seal the chains; a minute without events writes nothing."""
    del timestamp
    seal(at=timezone.now())


@app.periodic(cron="* * * * *", periodic_id="audit-watch")
@app.task(name="audit.watch", queueing_lock="audit-watch")
def watch_every_minute(timestamp: int) -> None:
    """Note who reads records in number."""
    del timestamp
    note_bulk_readers(at=timezone.now())
