"""The process that sends: one thread for each destination that has something to receive, none for the others."""

import logging
import random
import signal
import threading
import zlib
from collections.abc import Callable
from datetime import datetime

import psycopg
from django.db import Error, connection, connections

from passerelle.care.channels.api import Destination
from passerelle.care.delivery.rules.contract import is_idempotent
from passerelle.care.delivery.sending.line import Chances, LineLost, LineSender
from passerelle.care.delivery.services import book, handling, lines
from passerelle.care.delivery.services.handling import FencedOff
from passerelle.care.delivery.services.publishing import BELL
from passerelle.care.delivery.transports.building import transport_of
from passerelle.care.delivery.transports.parcel import Transport

_log = logging.getLogger(__name__)
_LONGEST_SLEEP_S = 0.5
_PAUSE_AFTER_FAILURE_S = 0.5
_IDLE_S = 5.0
_LOCK_CLASS = 7_403


class Sender:
    """Takes the destinations nobody sends to, and sends. Several processes may run: the others stand by.

    The locks belong to one session of the database: when it falls, another process may take over at once, and the
    fencing token keeps what this one still had in hand from being marked.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,  # noqa: S311 - spreads retries, keeps no secret
        transports: Callable[[Destination], Transport] = transport_of,
    ) -> None:
        self._given = Chances(clock, chance)
        self._transports = transports
        self._stop = threading.Event()
        self._bell: psycopg.Connection | None = None
        self._held: dict[str, _Holder] = {}

    def stop(self) -> None:
        """Ask to stop once the items in hand are settled."""
        self._stop.set()

    def stop_on_signals(self) -> None:
        """Stop on SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())

    def run(self) -> None:
        """Send until told to stop; a database that goes away is waited for."""
        while not self._stop.is_set():
            try:
                self._turn()
                self._sleep()
            except (Error, psycopg.Error) as error:
                _log.warning("database unavailable (%s), trying again", type(error).__name__)
                self._hang_up()
                self._stop.wait(_PAUSE_AFTER_FAILURE_S)
        self._hang_up()

    def _turn(self) -> None:
        bell = self._listen()
        self._drop_ended()
        declared = {one.code: one for one in book.declared()}
        now = self._given.clock()
        for code, held in self._held.items():
            if held.destination is not declared.get(code):  # declared anew, or no longer
                held.leave()
        for seen in lines.glance(list(declared), at=now):
            holder = self._held.get(seen.destination)
            if holder is not None:
                if seen.is_due(now):
                    holder.ring()
            elif seen.is_due(now) and _lock(bell, seen.destination):
                self._hold(declared[seen.destination])

    def _hold(self, destination: Destination) -> None:
        """Take a destination: settle what was in hand before, then send from a thread of its own."""
        token = lines.take_line(destination.code)
        recovered = handling.recover(destination.code, is_idempotent=is_idempotent(destination), at=self._given.clock())
        if recovered:
            _log.warning("destination %s: %d items were in hand at the last stop", destination.code, recovered)
        sender = LineSender(
            destination,
            token=token,
            transports=self._transports,
            given=self._given,
            is_stopping=self._stop.is_set,
        )
        self._held[destination.code] = _Holder(destination, sender, self._stop)

    def _drop_ended(self) -> None:
        """Let go of the destinations whose thread ended: nothing to send, away, or lost."""
        for code, holder in list(self._held.items()):
            if holder.has_ended():
                del self._held[code]
                _unlock(self._bell, code)

    def _listen(self) -> psycopg.Connection:
        if self._bell is None or self._bell.closed:
            parameters = connection.get_connection_params()
            wanted = {
                name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters
            }
            self._bell = psycopg.connect(**wanted, autocommit=True)
            self._bell.execute(f"LISTEN {BELL}")
        return self._bell

    def _sleep(self) -> None:
        if self._bell is not None:
            for _ in self._bell.notifies(timeout=_LONGEST_SLEEP_S, stop_after=1):
                pass

    def _hang_up(self) -> None:
        """Wait for the threads, then close: a destination is never held by two threads of this process."""
        for holder in self._held.values():
            holder.end()
        self._held.clear()
        connection.close()
        if self._bell is not None:
            self._bell.close()
            self._bell = None


class _Holder:
    """The thread of one destination: it sends, waits a little for more, and ends."""

    def __init__(self, destination: Destination, sender: LineSender, stop: threading.Event) -> None:
        self.destination = destination
        self._sender = sender
        self._stop = stop
        self._bell = threading.Event()
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def ring(self) -> None:
        self._bell.set()

    def has_ended(self) -> bool:
        return not self._thread.is_alive()

    def leave(self) -> None:
        self._leave.set()
        self._bell.set()

    def end(self) -> None:
        self.leave()
        self._thread.join()

    def _work(self) -> None:
        try:
            while not (self._stop.is_set() or self._leave.is_set()):
                self._bell.clear()
                tried = self._sender.drain()
                if self._sender.is_resting() or (not tried and not self._waited_for_more()):
                    break
        except (FencedOff, LineLost) as lost:
            _log.warning("destination lost (%s)", type(lost).__name__)
        except (Error, psycopg.Error) as error:
            _log.warning("database unavailable (%s), the destination is let go", type(error).__name__)
        finally:
            self._sender.close()
            connections.close_all()

    def _waited_for_more(self) -> bool:
        """Keep the connection open for a while after the last item: another often follows."""
        return self._bell.wait(_IDLE_S)


def _lock(bell: psycopg.Connection, destination: str) -> bool:
    row = bell.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_CLASS, _number(destination)]).fetchone()
    return bool(row and row[0])


def _unlock(bell: psycopg.Connection | None, destination: str) -> None:
    if bell is not None and not bell.closed:
        bell.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_CLASS, _number(destination)])


def _number(destination: str) -> int:
    """Return a signed 32-bit number: two destinations that share one are only sent to by the same process."""
    return zlib.crc32(destination.encode()) - 2**31
