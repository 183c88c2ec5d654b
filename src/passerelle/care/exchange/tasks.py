"""What the ordinary tasks do for the exchange: count, watch, replay, forget."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from passerelle.care.exchange.alerts.evaluating import evaluate
from passerelle.care.exchange.replaying.runs import running, work_at
from passerelle.care.exchange.services.counting import forget_flows, settle_flows
from passerelle.core.parameters.api import legal

_LONGEST_SLICE = timedelta(seconds=20)  # the seals of the journal go through the same worker every minute


@app.periodic(cron="* * * * *", periodic_id="exchange-watch")
@app.task(name="exchange.watch", queueing_lock="exchange-watch")
def watch_every_minute(timestamp: int) -> None:
    """Count what came, open and close alerts, take up the replays that a stopped worker left."""
    del timestamp
    now = timezone.now()
    settle_flows(at=now)
    evaluate(at=now)
    for run_id in running():
        go_on_with(run_id)


@app.periodic(cron="10 3 * * *", periodic_id="exchange-retention")
@app.task(name="exchange.retention", queueing_lock="exchange-retention")
def forget_each_night(timestamp: int) -> None:
    """Forget the counts by minute that are older than the days that the parameter gives."""
    del timestamp
    now = timezone.now()
    days = legal("exchange.flow_retention_days", timezone.localdate(now)).as_int
    forget_flows(before=now - timedelta(days=days))


@app.task(name="exchange.replay")
def replay_run(run_id: str) -> None:
    """Go on with a replay for a while, then give way to other tasks and come back."""
    if work_at(run_id=UUID(run_id), clock=timezone.now, longest=_LONGEST_SLICE):
        go_on_with(UUID(run_id))


def go_on_with(run_id: UUID) -> None:
    """Queue a replay, unless it already waits; two workers never do the same one together."""
    name = f"exchange-replay-{run_id}"
    try:
        with transaction.atomic():
            replay_run.configure(queueing_lock=name, lock=name).defer(run_id=str(run_id))
    except AlreadyEnqueued:
        return
