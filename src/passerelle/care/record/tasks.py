"""What the ordinary tasks do for the record: bulk exports by slices, and the watch on subscriptions."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from passerelle.care.record.selectors.exports import unfinished
from passerelle.care.record.services.exporting import expire_exports, go_on
from passerelle.care.record.services.subscriptions import watch_subscriptions
from passerelle.core.parameters.api import legal

_LONGEST_SLICE = timedelta(seconds=15)  # the seals of the journal go through the same worker every minute


@app.periodic(cron="* * * * *", periodic_id="record-exports")
@app.task(name="record.exports", queueing_lock="record-exports")
def watch_exports(timestamp: int) -> None:
    """Take up the exports that a stopped worker left, and erase those whose time is over."""
    del timestamp
    now = timezone.now()
    expire_exports(at=now)
    for export_id in unfinished():
        go_on_with(export_id)


@app.periodic(cron="* * * * *", periodic_id="record-subscriptions")
@app.task(name="record.subscriptions", queueing_lock="record-subscriptions")
def watch_each_minute(timestamp: int) -> None:
    """Put in error the subscriptions whose subscriber is not reached, end those whose time is over."""
    del timestamp
    watch_subscriptions(at=timezone.now())


@app.task(name="record.export")
def write_export(export_id: str) -> None:
    """Go on with an export for a while, then give way to other tasks and come back."""
    hours = legal("record.export_hours", timezone.localdate()).as_int
    told = UUID(export_id)
    if go_on(export_id=told, clock=timezone.now, longest=_LONGEST_SLICE, kept_for=timedelta(hours=hours)):
        go_on_with(told)


def go_on_with(export_id: UUID) -> None:
    """Queue an export, unless it already waits; two workers never write the same one together."""
    name = f"record-export-{export_id}"
    try:
        with transaction.atomic():
            write_export.configure(queueing_lock=name, lock=name).defer(export_id=str(export_id))
    except AlreadyEnqueued:
        return
