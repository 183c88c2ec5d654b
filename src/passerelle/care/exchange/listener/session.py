"""A database session held by the event loop: one COPY at a time, and a word to the workers when it is done."""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
from psycopg import pq

from passerelle.care.exchange.services.copying import COPY
from passerelle.care.exchange.services.storing import CHANNEL, NotDurable

_COPY: Final = COPY.encode()
_NOTIFY: Final = f"NOTIFY {CHANNEL}".encode()
_RING_EVERY_S: Final = 0.02
_LONGEST_S: Final = 5.0  # a server that says nothing for so long is taken for gone; its senders keep their messages
Done = Callable[[bool], None]


def opened(parameters: dict[str, Any]) -> psycopg.Connection[Any]:
    """Open a session whose commits outlive the machine.

    Raises:
        NotDurable: a crash of the machine could lose what we acknowledge.
    """
    session = psycopg.connect(**parameters, autocommit=True)
    session.execute("SET synchronous_commit = on; SET statement_timeout = '20s'")
    fsync = session.execute("SHOW fsync").fetchone()
    if fsync is None or fsync[0] != "on":
        session.close()
        raise NotDurable
    session.pgconn.nonblocking = 1
    return session


class Copier:
    """Sends a COPY without waiting, and calls back once PostgreSQL has committed it, or not."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, session: psycopg.Connection[Any], on_idle: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._on_idle = on_idle
        self._session = session
        self._pgconn = session.pgconn
        # A descriptor of our own: libpq closes its one when the server goes, and the loop would then watch whatever
        # connection the system gives that number to.
        self._socket = os.dup(self._pgconn.socket)
        self._content = b""
        self._done: Done | None = None
        self._is_well = True
        self._limit: asyncio.TimerHandle | None = None
        self._rung_at = 0.0
        self._owes_ring = False
        self.is_open = True
        loop.add_reader(self._socket, self._read)

    @property
    def is_idle(self) -> bool:
        return self._done is None

    def copy(self, content: bytes, done: Done) -> None:
        """Store rows. `done` is called later, once: True when they are on disk, False when nobody can tell."""
        self._content = content
        now = time.monotonic()
        if now - self._rung_at >= _RING_EVERY_S:
            self._rung_at, self._owes_ring = now, False
            self._start(_COPY + b";" + _NOTIFY, done)  # one transaction
            return
        if not self._owes_ring:
            self._owes_ring = True
            self._loop.call_later(_RING_EVERY_S, self._ring)
        self._start(_COPY, done)

    def close(self) -> None:
        """Leave the database; what is in hand is told as not stored."""
        if self.is_open:
            self.is_open = False
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            os.close(self._socket)
            self._session.close()
            self._finish(is_stored=False)

    def _ring(self) -> None:
        """Wake the workers for what was stored since they were last told, unless a COPY has done so."""
        if not (self._owes_ring and self.is_open):
            return
        if self.is_idle:
            self._rung_at, self._owes_ring = time.monotonic(), False
            self._start(_NOTIFY, _nobody_waits)
        else:
            self._loop.call_later(_RING_EVERY_S, self._ring)

    def _start(self, command: bytes, done: Done) -> None:
        self._done, self._is_well = done, True
        self._limit = self._loop.call_later(_LONGEST_S, self.close)
        try:
            self._pgconn.send_query(command)
            self._flush()
        except psycopg.Error:
            self._loop.call_soon(self.close)

    def _flush(self) -> None:
        if self._pgconn.flush():
            self._loop.add_writer(self._socket, self._write)

    def _write(self) -> None:
        try:
            if not self._pgconn.flush():
                self._loop.remove_writer(self._socket)
        except psycopg.Error:
            self.close()

    def _read(self) -> None:
        try:
            self._pgconn.consume_input()
            while not self._pgconn.is_busy():
                result = self._pgconn.get_result()
                if result is None:
                    self._end()
                    break
                self._take(result.status)
        except psycopg.Error:
            self.close()

    def _end(self) -> None:
        """Tell what became of the COPY; a session that did not survive it is left, nothing more will come from it."""
        if self._pgconn.status == pq.ConnStatus.OK:
            self._finish(is_stored=self._is_well)
        else:
            self.close()

    def _take(self, status: int) -> None:
        if status == pq.ExecStatus.COPY_IN:
            self._pgconn.put_copy_data(self._content)
            self._pgconn.put_copy_end()
            self._flush()
        elif status != pq.ExecStatus.COMMAND_OK:
            self._is_well = False

    def _finish(self, *, is_stored: bool) -> None:
        done, self._done, self._content = self._done, None, b""
        if self._limit is not None:
            self._limit.cancel()
        if done is not None:
            try:
                done(is_stored)
            finally:
                self._on_idle()


def _nobody_waits(_is_stored: bool) -> None:  # noqa: FBT001 - as `Done`
    """Take note of nothing: a bell that did not ring costs half a second."""
