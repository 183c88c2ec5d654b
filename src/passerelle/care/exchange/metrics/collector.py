"""The figures of the exchange for Prometheus, read in the database: any number of processes tell the same ones.

Every query is bounded. No label names a patient, and senders nobody knows are counted together, so that no stranger can
make series without end.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from passerelle.care.exchange.doors.latency import BOUNDS_MS
from passerelle.care.exchange.metrics.registry import measures
from passerelle.care.exchange.models import AckLatency, Alert
from passerelle.care.exchange.selectors.channels import ChannelFlow, channel_flows
from passerelle.care.exchange.selectors.flows import sender_flows

_WHO = ("establishment", "facility", "application", "channel")
_TOTALS = """
    SELECT establishment, facility, application, channel, outcome, ack_code, sum(count)::bigint FROM (
        SELECT establishment, facility, application, channel, outcome, ack_code, count FROM exchange_sendertotal
        UNION ALL
        SELECT establishment,
            CASE establishment WHEN '' THEN '' ELSE sending_facility END,
            CASE establishment WHEN '' THEN '' ELSE sending_application END, channel,
            CASE WHEN accepted THEN 'accepted' WHEN state = 'conflict' THEN 'conflict' ELSE 'refused' END, ack_code, 1
        FROM (
            SELECT * FROM exchange_message
            WHERE seq > coalesce((SELECT settled_seq FROM exchange_flowmark WHERE id = 1), 0)
            ORDER BY seq DESC LIMIT 20000
        ) AS tail
    ) AS every GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
"""
# The last messages by rank: enough to tell the present, never more.
_PACE = """
    SELECT count(*) FILTER (WHERE applied_at > %(now)s - interval '1 minute'),
        percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM applied_at - received_at))
    FROM (SELECT received_at, applied_at FROM exchange_message ORDER BY seq DESC LIMIT 10000) AS latest
    WHERE applied_at IS NOT NULL
"""


def exposition(*, at: datetime) -> bytes:
    """Return every figure in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Exchange(at))
    return generate_latest(registry)


class _Exchange(Collector):
    """Asks the database once, when it is read."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield _messages()
        yield from _channels(channel_flows(sender_flows(at=self._at).values(), at=self._at), self._at)
        yield from _pace(self._at)
        yield _acknowledgements()
        yield _alerts()
        for measure in measures():
            yield from measure()


def _messages() -> Metric:
    family = CounterMetricFamily(
        "passerelle_exchange_messages",
        "Messages received and acknowledged, by sender, channel, judgement and acknowledgement code.",
        labels=[*_WHO, "outcome", "ack"],
    )
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS)
        for *labels, count in cursor.fetchall():
            family.add_metric(labels, count)
    return family


def _channels(rows: Sequence[ChannelFlow], at: datetime) -> Iterator[Metric]:
    waiting = _gauge("waiting_messages", "Messages received and not applied yet (counted up to 20,000).")
    oldest = _gauge("oldest_waiting_seconds", "Age of the message that has waited longest, 0 when none waits.")
    parked = _gauge("parked_lanes", "Patients whose messages stopped behind one that awaits a decision.")
    last = _gauge("last_message_timestamp_seconds", "When the last message came, in Unix time.")
    silent = _gauge("silent_seconds", "For how long the channel has been silent against its declared rule, 0 when not.")
    for row in rows:
        labels = _labels(row)
        waiting.add_metric(labels, row.waiting)
        oldest.add_metric(labels, (at - row.oldest_waiting_at).total_seconds() if row.oldest_waiting_at else 0)
        parked.add_metric(labels, row.parked_lanes)
        silent.add_metric(labels, (at - row.silent_since).total_seconds() if row.silent_since else 0)
        if row.last_at:
            last.add_metric(labels, row.last_at.timestamp())
    yield from (waiting, oldest, parked, last, silent)


def _gauge(name: str, told: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"passerelle_exchange_{name}", told, labels=["channel", "establishment"])


def _labels(row: ChannelFlow) -> list[str]:
    """Name a channel by its code, a sender without channel by its MSH-4 and MSH-3."""
    if row.channel is not None:
        return [row.channel.code, row.channel.establishment]
    sender = row.flows[0].sender
    return [f"{sender.facility}|{sender.application}", sender.establishment]


def _pace(at: datetime) -> Iterator[Metric]:
    with connection.cursor() as cursor:
        cursor.execute(_PACE, {"now": at})
        applied, delays = cursor.fetchone()
    yield GaugeMetricFamily(
        "passerelle_exchange_applied_last_minute",
        "Messages applied in the last minute, among the last 10,000 received.",
        value=applied,
    )
    delay = GaugeMetricFamily(
        "passerelle_exchange_apply_delay_seconds",
        "From reception to application, among the last 10,000 received, by quantile.",
        labels=["quantile"],
    )
    for quantile, seconds in zip(("0.5", "0.95", "0.99"), delays or (), strict=False):
        delay.add_metric([quantile], seconds)
    yield delay


def _acknowledgements() -> Metric:
    """Return the histogram of each door, as the processes that listen have written it."""
    family = HistogramMetricFamily(
        "passerelle_exchange_acknowledgement_seconds",
        "From a message read whole to its acknowledgement, by door (mllp, mllps for TLS); written every few seconds.",
        labels=["door"],
    )
    rows = list(AckLatency.objects.values_list("door", "upper_ms", "count", "seconds"))
    for door in sorted({door for door, *_ in rows}):
        counts = {upper: count for one, upper, count, _ in rows if one == door}
        told, total = [], 0
        for upper in BOUNDS_MS:
            total += counts.get(upper, 0)
            told.append((str(upper / 1000), float(total)))
        told.append(("+Inf", float(total + counts.get(0, 0))))
        family.add_metric([door], told, sum(seconds for one, _, _, seconds in rows if one == door))
    return family


def _alerts() -> Metric:
    family = GaugeMetricFamily(
        "passerelle_exchange_alerts_open",
        "Alerts open now, by rule, urgency, and whether somebody looks after them.",
        labels=["rule", "severity", "taken"],
    )
    counts: dict[tuple[str, str, str], int] = {}
    rows = Alert.objects.filter(closed_at=None).exclude(opened_at=None).values_list("rule", "is_severe", "taken_by")
    for rule, is_severe, taken_by in rows:
        key = (rule, "critical" if is_severe else "warning", "yes" if taken_by else "no")
        counts[key] = counts.get(key, 0) + 1
    for labels, count in sorted(counts.items()):
        family.add_metric(labels, count)
    return family
