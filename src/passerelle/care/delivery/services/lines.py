"""Who sends to a destination, and how the destination fares. The token rises each time a sender takes it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from passerelle.care.delivery.models import Line
from passerelle.care.delivery.rules.circuit import Circuit, CircuitState

_TAKE = """
    INSERT INTO delivery_line (destination, token) VALUES (%s, 1)
    ON CONFLICT (destination) DO UPDATE SET token = delivery_line.token + 1 RETURNING token
"""
_LOOK = """
    SELECT asked.destination, EXISTS (
        SELECT FROM delivery_item item WHERE item.destination = asked.destination
          AND item.state IN ('waiting', 'sending') AND (item.due_at IS NULL OR item.due_at <= %s)
    ), line.retry_at, line.paused_at IS NOT NULL
    FROM unnest(%s::text[]) AS asked(destination)
    LEFT JOIN delivery_line line ON line.destination = asked.destination
"""
_SUCCESS_NOTED_EVERY_S = 5


@dataclass(frozen=True, slots=True)
class Glance:
    """Whether a destination has something to be sent, and when it may be tried."""

    destination: str
    has_work: bool
    retry_at: datetime | None
    is_paused: bool

    def is_due(self, at: datetime) -> bool:
        """Tell whether somebody should look at its queue now."""
        return self.has_work and not self.is_paused and (self.retry_at is None or self.retry_at <= at)


def glance(codes: list[str], *, at: datetime) -> list[Glance]:
    """Look at the queues of these destinations: one probe of the index for each."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [at, codes])
        return [Glance(*row) for row in cursor.fetchall()]


def take_line(destination: str) -> int:
    """Become the sender of a destination; what a former one has in hand can no longer be marked by it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [destination])
        return int(cursor.fetchone()[0])


def circuit_of(destination: str) -> Circuit:
    """Return where the circuit breaker stands; closed for a destination never tried."""
    found = Line.objects.filter(pk=destination).values_list("circuit", "failures", "retry_at").first()
    return Circuit(CircuitState(found[0]), found[1], found[2]) if found else Circuit()


def note_circuit(destination: str, circuit: Circuit) -> None:
    """Write where the circuit breaker stands."""
    Line.objects.filter(pk=destination).update(
        circuit=circuit.state.value, failures=circuit.failures, retry_at=circuit.retry_at
    )


def note_success(destination: str, circuit: Circuit, *, at: datetime, noted_at: datetime | None) -> datetime:
    """Write that the destination answered, at most every few seconds while all is well; return when it was written."""
    if noted_at is not None and (at - noted_at).total_seconds() < _SUCCESS_NOTED_EVERY_S:
        return noted_at
    Line.objects.filter(pk=destination).update(
        circuit=circuit.state.value, failures=circuit.failures, retry_at=circuit.retry_at, last_success_at=at
    )
    return at


def note_failure(destination: str, circuit: Circuit, why: str, *, at: datetime) -> None:
    """Write that the destination failed, why, and when it will be tried again."""
    Line.objects.filter(pk=destination).update(
        circuit=circuit.state.value,
        failures=circuit.failures,
        retry_at=circuit.retry_at,
        last_error_at=at,
        last_error=why,
    )
