"""What `/metrics` says of messages to people: the queue is below the exchanges, so it is told from here."""

from collections.abc import Iterator

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from passerelle.core.notify import api as notify


def figures() -> Iterator[Metric]:
    """Yield the figures of each gateway: what waits, what may have left, what failed and what left in a day."""
    found = notify.figures(at=timezone.now())
    for name, told, attribute in (
        ("passerelle_notify_waiting", "Messages to people that are due and have not left.", "waiting"),
        ("passerelle_notify_doubtful", "Messages that may have left, and await a receipt or a person.", "doubtful"),
        ("passerelle_notify_failed_day", "Messages not delivered, in the last day.", "failed_today"),
        ("passerelle_notify_sent_day", "Messages given to the gateway, in the last day.", "sent_today"),
        ("passerelle_notify_late_seconds", "Age of the oldest message that is due.", "late_s"),
    ):
        gauge = GaugeMetricFamily(name, told, labels=["gateway"])
        for one in found:
            gauge.add_metric([one.code], float(getattr(one, attribute)))
        yield gauge
