"""What the cockpit of exchanges tells of the queues: alerts, figures, and what was sent because of a message."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from passerelle.care.delivery.models import Item, State
from passerelle.care.delivery.rules.circuit import CircuitState
from passerelle.care.delivery.services import book
from passerelle.care.exchange.api import Effect, Finding, Inbound
from passerelle.core.access.api import Kind
from passerelle.core.ui.api import french

_LATE = timedelta(minutes=30)
_ANNOUNCED = ("A31", "A40", "A47")
_QUEUES = """
    SELECT destination, count(*) FILTER (WHERE state <> 'ambiguous'), count(*) FILTER (WHERE state = 'ambiguous'),
        min(created_at) FILTER (WHERE state <> 'ambiguous'), max(id) FILTER (WHERE state = 'ambiguous')
    FROM (
        SELECT destination, state, created_at, id FROM delivery_item
        WHERE state IN ('waiting', 'sending', 'ambiguous') ORDER BY destination, id LIMIT 200000
    ) AS pending GROUP BY destination
"""
_LINES = "SELECT destination, circuit, paused_at, last_success_at FROM delivery_line"


@dataclass(slots=True)
class Queue:
    """What waits for one destination, and how its line fares."""

    code: str
    label: str
    owner: str
    pending: int = 0
    ambiguous: int = 0
    oldest_at: datetime | None = None
    latest_ambiguous: int = 0
    is_open: bool = False
    is_paused: bool = False
    last_success_at: datetime | None = None


def queues() -> list[Queue]:
    """Return the queue of every declared destination; up to 200,000 items are counted."""
    found = {one.code: Queue(one.code, one.label, one.establishment or "") for one in book.declared()}
    with connection.cursor() as cursor:
        cursor.execute(_QUEUES)
        for code, pending, ambiguous, oldest_at, latest in cursor.fetchall():
            queue = found.setdefault(code, Queue(code, code, ""))
            queue.pending, queue.ambiguous, queue.oldest_at = pending, ambiguous, oldest_at
            queue.latest_ambiguous = latest or 0
        cursor.execute(_LINES)
        for code, circuit, paused_at, last_success_at in cursor.fetchall():
            if code in found:
                found[code].is_open = circuit != CircuitState.CLOSED
                found[code].is_paused = paused_at is not None
                found[code].last_success_at = last_success_at
    return sorted(found.values(), key=lambda queue: queue.code)


def findings(at: datetime) -> Iterator[Finding]:
    """Yield what is wrong with the queues now; a destination that a person suspended is not late."""
    for queue in queues():
        if queue.ambiguous:
            yield _ambiguous(queue)
        is_late = queue.oldest_at is not None and at - queue.oldest_at > _LATE
        if queue.oldest_at is not None and not queue.is_paused and (queue.is_open or is_late):
            yield _stuck(queue, queue.oldest_at, at)


def figures() -> Iterator[Metric]:
    """Yield the figures of each queue for Prometheus."""
    now = timezone.now()
    pending = _gauge("pending_items", "Items that wait to be sent (counted up to 200,000).")
    oldest = _gauge("oldest_pending_seconds", "Age of the item that has waited longest, 0 when none waits.")
    ambiguous = _gauge("ambiguous_items", "Items that may have arrived, and that a person must decide on.")
    circuit = _gauge("circuit_open", "1 while the destination does not answer and is left in peace.")
    for queue in queues():
        pending.add_metric([queue.code], queue.pending)
        oldest.add_metric([queue.code], (now - queue.oldest_at).total_seconds() if queue.oldest_at else 0)
        ambiguous.add_metric([queue.code], queue.ambiguous)
        circuit.add_metric([queue.code], float(queue.is_open))
    yield from (pending, oldest, ambiguous, circuit)


def effects(inbound: Inbound) -> Iterator[Effect]:
    """Yield what was sent, or waits to be, because of a message."""
    destinations = {one.code: one.label for one in book.declared()}
    cause = str(inbound.message_id)
    for item in _items(destinations, [cause, *(f"{cause}:{trigger}" for trigger in _ANNOUNCED)]):
        kind = f"{item.code}^{item.trigger}".strip("^")
        yield Effect(
            title=f"Envoi {kind} vers {destinations.get(item.destination, item.destination)}",
            text=State(item.state).label,
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


def _ambiguous(queue: Queue) -> Finding:
    several = queue.ambiguous > 1
    return Finding(
        rule="delivery_doubt",
        subject=queue.code,
        title=f"{french.number(queue.ambiguous)} envoi{'s' if several else ''} vers «\u00a0{queue.label}\u00a0»"
        f" {'sont' if several else 'est'} peut-être arrivé{'s' if several else ''}, sans réponse",
        todo=(
            "Demandez au destinataire s’il l’a reçu. S’il ne l’a pas, renvoyez-le\u00a0; s’il l’a, considérez-le "
            "délivré. Les envois suivants de ces patients attendent votre décision."
        ),
        evidence=str(queue.latest_ambiguous),
        link=reverse("delivery:destination", args=[queue.code]),
        establishment=queue.owner,
    )


def _stuck(queue: Queue, oldest_at: datetime, at: datetime) -> Finding:
    return Finding(
        rule="delivery_stuck",
        subject=queue.code,
        title=f"Rien ne part vers «\u00a0{queue.label}\u00a0» depuis {french.duration(at - oldest_at)}"
        f" ({french.number(queue.pending)} en attente)",
        todo=(
            "Vérifiez que l’application destinataire répond et que l’expéditeur tourne (passerelle deliver). Rien "
            "n’est perdu\u00a0: la file repart d’elle-même. Si l’arrêt est prévu, suspendez le destinataire."
        ),
        evidence=queue.last_success_at.isoformat() if queue.last_success_at else "jamais",
        is_severe=at - oldest_at > _LATE,
        link=reverse("delivery:destination", args=[queue.code]),
        establishment=queue.owner,
        hold=timedelta(minutes=5),
    )
