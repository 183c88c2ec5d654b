"""What the cockpit of exchanges tells of the queues: alerts, figures, and what was sent because of a message."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from passerelle.care.channels import api as channels
from passerelle.care.delivery.models import Item, State
from passerelle.care.delivery.rules.circuit import CircuitState
from passerelle.care.delivery.selectors import alarms
from passerelle.care.delivery.selectors.alarms import Queue
from passerelle.care.delivery.services import book
from passerelle.care.delivery.services.answers import item_about
from passerelle.care.delivery.services.gateways import refusal_of
from passerelle.care.exchange.api import Effect, Finding, Inbound
from passerelle.core.access.api import Kind
from passerelle.protocols import pamfr

_FORGOTTEN = timedelta(hours=24)
_ANNOUNCED = ("A31", "A40", "A47")
_QUEUES = """
    SELECT destination, count(*) FILTER (WHERE state <> 'ambiguous'), count(*) FILTER (WHERE state = 'ambiguous'),
        min(created_at) FILTER (WHERE state <> 'ambiguous'), max(id) FILTER (WHERE state = 'ambiguous')
    FROM (
        SELECT destination, state, created_at, id FROM delivery_item
        WHERE state IN ('waiting', 'sending', 'ambiguous') ORDER BY destination, id LIMIT 200000
    ) AS pending GROUP BY destination
"""
# The latest of each destination, by the index of its list: enough to tell, whatever was refused before.
_DEAD = """
    SELECT asked.code, count(*), max(dead.id) FROM unnest(%s::text[]) AS asked(code)
    CROSS JOIN LATERAL (
        SELECT id FROM delivery_item WHERE destination = asked.code AND state = 'failed' ORDER BY id DESC LIMIT 2000
    ) AS dead GROUP BY asked.code
"""
_LINES = "SELECT destination, circuit, paused_at, last_success_at FROM delivery_line"


def queues() -> list[Queue]:
    """Return the queue of every declared destination; up to 200,000 items, and 2,000 dead letters each, are counted."""
    found = {one.code: Queue(one.code, one.label, one.establishment or "") for one in book.declared()}
    with connection.cursor() as cursor:
        cursor.execute(_QUEUES)
        for code, pending, ambiguous, oldest_at, latest in cursor.fetchall():
            queue = found.setdefault(code, _stopped(code))
            queue.pending, queue.ambiguous, queue.oldest_at = pending, ambiguous, oldest_at
            queue.latest_ambiguous = latest or 0
        cursor.execute(_LINES)
        for code, circuit, paused_at, last_success_at in cursor.fetchall():
            if code in found:
                found[code].is_open = circuit != CircuitState.CLOSED
                found[code].paused_at = paused_at
                found[code].last_success_at = last_success_at
        cursor.execute(_DEAD, [list(found)])
        for code, failed, latest in cursor.fetchall():
            found[code].failed, found[code].latest_failed = failed, latest
    return sorted(found.values(), key=lambda queue: queue.code)


def findings(at: datetime) -> Iterator[Finding]:
    """Yield what is wrong with the queues now; a destination that a person suspended is not late, unless forgotten."""
    for queue in queues():
        if queue.ambiguous:
            yield alarms.ambiguous(queue)
        if queue.failed:
            yield alarms.refused(queue)
        if queue.oldest_at is not None:
            yield from _standstill(queue, queue.oldest_at, at)


def _standstill(queue: Queue, oldest_at: datetime, at: datetime) -> Iterator[Finding]:
    """Yield why what waits does not leave, if it does not."""
    if not queue.is_in_force:
        yield alarms.out_of_force(queue)
    elif queue.paused_at is not None:
        if at - queue.paused_at > _FORGOTTEN:
            yield alarms.suspended(queue, queue.paused_at, at)
    elif queue.is_open or at - oldest_at > alarms.LATE:
        yield alarms.stuck(queue, oldest_at, at)


def _stopped(code: str) -> Queue:
    """Return the queue of a destination that is not in force: stopped in its declaration, or not declared any more."""
    known = channels.destination(code)
    label, owner = (known.label, known.establishment or "") if known else (code, "")
    return Queue(code, label, owner, is_in_force=False)


def figures() -> Iterator[Metric]:
    """Yield the figures of each queue for Prometheus."""
    now = timezone.now()
    pending = _gauge("pending_items", "Items that wait to be sent (counted up to 200,000).")
    oldest = _gauge("oldest_pending_seconds", "Age of the item that has waited longest, 0 when none waits.")
    ambiguous = _gauge("ambiguous_items", "Items that may have arrived, and that a person must decide on.")
    failed = _gauge("failed_items", "Dead letters: refused for good, until a person decides (counted up to 2,000).")
    circuit = _gauge("circuit_open", "1 while the destination does not answer and is left in peace.")
    stopped = _gauge("stopped", "1 while nothing is sent by decision: suspended by a person, or stopped as declared.")
    for queue in queues():
        pending.add_metric([queue.code], queue.pending)
        oldest.add_metric([queue.code], (now - queue.oldest_at).total_seconds() if queue.oldest_at else 0)
        ambiguous.add_metric([queue.code], queue.ambiguous)
        failed.add_metric([queue.code], queue.failed)
        circuit.add_metric([queue.code], float(queue.is_open))
        stopped.add_metric([queue.code], float(queue.paused_at is not None or not queue.is_in_force))
    yield from (pending, oldest, ambiguous, failed, circuit, stopped)


def effects(inbound: Inbound) -> Iterator[Effect]:
    """Yield what was sent, or waits to be, because of a message."""
    destinations = {one.code: one.label for one in book.declared()}
    cause = str(inbound.message_id)
    yield from _national_record(inbound)
    yield from _answered(inbound, destinations)
    for item in _items(destinations, [cause, f"{cause}:dmp:Z01", *(f"{cause}:{trigger}" for trigger in _ANNOUNCED)]):
        kind = f"{item.code}^{item.trigger}".strip("^")
        yield Effect(
            title=f"Envoi {kind} vers {destinations.get(item.destination, item.destination)}",
            text=State(item.state).label,
            icon="send",
            url=reverse("delivery:item", args=[item.pk]),
            kind=Kind.MESSAGE,
        )


def _national_record(inbound: Inbound) -> Iterator[Effect]:
    """Yield what becomes of documents that ask for the DMP, which nothing here publishes by itself."""
    refusal = refusal_of(inbound)
    if refusal is not None:
        yield Effect(title="Publication au DMP demandée", text=refusal, icon="attention")


def _answered(inbound: Inbound, destinations: Mapping[str, str]) -> Iterator[Effect]:
    """Yield the item that a business acknowledgement is about."""
    event = inbound.event
    if not isinstance(event, pamfr.BusinessAckEvent):
        return
    item = item_about(inbound.message, event.about)
    if item is None:
        text = f"aucun envoi de document sous l’identifiant {event.about}\u00a0: il reste ici"
        yield Effect(title="Accusé métier sans envoi correspondant", text=text, icon="attention")
        return
    yield Effect(
        title=f"Accusé métier de l’envoi vers {destinations.get(item.destination, item.destination)}",
        text="noté dans ses étapes",
        icon="send",
        url=reverse("delivery:item", args=[item.pk]),
        kind=Kind.MESSAGE,
    )


def _items(destinations: Iterable[str], causes: list[str]) -> list[Item]:
    """Read by the constraint that keeps an item once for each destination and cause."""
    rows = Item.objects.filter(destination__in=list(destinations), cause__in=causes)
    return list(rows.only("pk", "destination", "code", "trigger", "state").order_by("pk"))


def _gauge(name: str, told: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"passerelle_delivery_{name}", told, labels=["destination"])
