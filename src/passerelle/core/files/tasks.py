"""What the worker does for files."""

from datetime import timedelta
from typing import Final

from django.utils import timezone
from procrastinate.contrib.django import app

from passerelle.core.files.services import empty_quarantine

_KEPT: Final = timedelta(days=30)


@app.periodic(cron="20 3 * * *", periodic_id="files-quarantine")
@app.task(name="files.quarantine", queueing_lock="files-quarantine")
def empty_old_quarantine(timestamp: int) -> None:
    """Delete, each night, what was refused a month ago."""
    del timestamp
    empty_quarantine(before=timezone.now() - _KEPT)
