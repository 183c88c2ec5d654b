"""Group commit: whatever waits is judged and stored in one transaction, then each sender is answered."""

import asyncio
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from django.db import Error, connection
from django.utils import timezone

from passerelle.care.exchange.rules.entering import Arrival
from passerelle.care.exchange.rules.verdict import Draft, House
from passerelle.care.exchange.services.receiving import house, judged
from passerelle.care.exchange.services.storing import store

_log = logging.getLogger(__name__)
_LARGEST_GROUP: Final = 128
_LARGEST_GROUP_BYTES: Final = 16 * 1024 * 1024
_PAUSE_AFTER_FAILURE_S: Final = 0.2
_REMEMBERED_S: Final = 30.0
_Outcome = bytes | Exception


class NotDurable(RuntimeError):
    """PostgreSQL est réglé de telle sorte qu’un message validé peut être perdu (fsync ou synchronous_commit éteint)."""


class NotStored(Exception):
    """Le message n’est pas enregistré : il ne doit pas être acquitté."""


Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrival: Arrival
    answer: asyncio.Future[bytes]


class Intake:
    """Threads that share one queue. While one waits for its commit, the other judges what came meanwhile."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, threads: int = 2, clock: Clock = timezone.now) -> None:
        self._loop = loop
        self._clock = clock
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work, name=f"intake-{n}", daemon=True) for n in range(threads)]
        self._facilities = _Facilities(house())

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(timeout=10)

    def submit(self, raw: bytes, peer: str) -> asyncio.Future[bytes]:
        """Return a future: the acknowledgement once the message is on disk, or `NotStored`."""
        answer: asyncio.Future[bytes] = self._loop.create_future()
        arrival = Arrival(id=uuid.uuid4(), raw=raw, peer=peer, at=self._clock())
        self._queue.put(_Waiting(arrival, answer))
        return answer

    def store(self, drafts: Sequence[Draft]) -> Sequence[bytes]:
        """Put messages on disk; returns only after the commit."""
        return store(drafts, at=self._clock())

    def _work(self) -> None:
        while (group := self._group()) is not None:
            outcomes = self._outcomes(group)
            self._loop.call_soon_threadsafe(_settle, group, outcomes)
            if isinstance(outcomes[0], Error | psycopg.Error):
                connection.close()
                time.sleep(_PAUSE_AFTER_FAILURE_S)
        connection.close()

    def _group(self) -> list[_Waiting] | None:
        first = self._queue.get()
        if first is None:
            return None
        group, size = [first], len(first.arrival.raw)
        while len(group) < _LARGEST_GROUP and size < _LARGEST_GROUP_BYTES:
            try:
                following = self._queue.get_nowait()
            except queue.Empty:
                break
            if following is None:
                self._queue.put(None)
                break
            group.append(following)
            size += len(following.arrival.raw)
        return group

    def _outcomes(self, group: Sequence[_Waiting]) -> Sequence[_Outcome]:
        try:
            _require_durability()
            drafts = judged([waiting.arrival for waiting in group], self._facilities.house)
            return self.store(drafts)
        except psycopg.DataError as error:
            return self._one_by_one(group) if len(group) > 1 else [error]
        except Exception as error:  # noqa: BLE001 - whatever the fault, nobody is acknowledged and the thread lives
            _log.warning("%d message(s) not stored, not acknowledged: %s", len(group), type(error).__name__)
            return [error] * len(group)

    def _one_by_one(self, group: Sequence[_Waiting]) -> Sequence[_Outcome]:
        """Find the message that PostgreSQL refuses, so that it alone goes unanswered."""
        return [outcome for waiting in group for outcome in self._outcomes([waiting])]


def _settle(group: Sequence[_Waiting], outcomes: Sequence[_Outcome]) -> None:
    for waiting, outcome in zip(group, outcomes, strict=True):
        if waiting.answer.done():
            continue
        if isinstance(outcome, Exception):
            waiting.answer.set_exception(NotStored())
        else:
            waiting.answer.set_result(outcome)


_durable = threading.local()


def _require_durability() -> None:
    """Check each new database session once.

    Raises:
        NotDurable: a crash of the machine could lose what we acknowledge.
    """
    connection.ensure_connection()
    session = connection.connection
    if getattr(_durable, "session", None) is session:
        return
    cursor = psycopg.Cursor(session)
    cursor.execute("SET synchronous_commit = on; SET statement_timeout = '20s'")
    fsync = cursor.execute("SHOW fsync").fetchone()
    if fsync is None or fsync[0] != "on":
        raise NotDurable
    _durable.session = session


class _Facilities:
    """Remembers for a while who sends under which MSH-4, the unknown ones excepted."""

    def __init__(self, real: House) -> None:
        self._ask = real.establishment_of
        self._known: dict[str, tuple[str, float]] = {}
        self.house = House(
            establishment_of=self._remembered, accepts_trials=real.accepts_trials, declared=real.declared
        )

    def _remembered(self, facility: str) -> str | None:
        known = self._known.get(facility)
        now = time.monotonic()
        if known is not None and known[1] > now:
            return known[0]
        found = self._ask(facility)
        if found is not None:
            self._known[facility] = (found, now + _REMEMBERED_S)
        return found
