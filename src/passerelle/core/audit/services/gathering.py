"""Events of several requests of one process written by one transaction: one commit, one lock of one chain for all.

Whoever comes while another writes waits, and writes with those who wait; nobody goes on before their event is on disk.
"""

import os
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from passerelle.core.audit import rules

Event = dict[str, Any]
Write = Callable[[Sequence[Event]], None]
#: More than so many are left to the next transaction.
MOST: Final = 200


class _Waiting:
    """One event, and whether it is its turn to write, or is written."""

    __slots__ = ("error", "event", "is_written", "turn")

    def __init__(self, event: Event) -> None:
        self.event = event
        self.turn = threading.Lock()
        self.turn.acquire()
        self.is_written = False
        self.error: BaseException | None = None


class Gathering:
    """A queue of events; the first of it writes for all, by `write`, in a transaction of its own."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._queue: list[_Waiting] = []
        self._lock = threading.Lock()

    def add(self, event: Event) -> None:
        """Write an event, with others when there are; return once it is committed.

        Raises:
            Exception: whatever the database says of this event.
        """
        mine = _Waiting(event)
        with self._lock:
            self._queue.append(mine)
            is_first = len(self._queue) == 1
        if not is_first:
            mine.turn.acquire()
        if not mine.is_written:
            self._lead()
        if mine.error is not None:
            raise mine.error

    def _lead(self) -> None:
        """Write what waits, wake those who are served, and give the turn to the next one."""
        with self._lock:
            lot = self._queue[:MOST]
        try:
            self._write_all(lot)
        finally:
            with self._lock:
                del self._queue[: len(lot)]
                following = self._queue[0] if self._queue else None
            for one in lot[1:]:
                one.turn.release()
            if following is not None:
                following.turn.release()

    def _write_all(self, lot: Sequence[_Waiting]) -> None:
        for one in lot:
            one.is_written = True
            one.error = Unwritten()
        try:
            self._write([one.event for one in lot])
        except Exception as fault:  # noqa: BLE001 - it is raised where the event came from
            self._write_apart(lot, fault)
        else:
            for one in lot:
                one.error = None

    def _write_apart(self, lot: Sequence[_Waiting], fault: Exception) -> None:
        """Write each by itself, so that a fault is told to the one it is about."""
        for one in lot:
            one.error = fault if len(lot) == 1 else self._fault_of(one.event)

    def _fault_of(self, event: Event) -> Exception | None:
        try:
            self._write([event])
        except Exception as fault:  # noqa: BLE001 - the same
            return fault
        return None


class Unwritten(Exception):
    """L’événement n’a pas pu être écrit."""


def chain_of_this_process() -> int:
    """Return the chain of the lots of this process: processes seldom wait for each other."""
    return _chain_of(os.getpid())


@lru_cache(maxsize=8)
def _chain_of(pid: int) -> int:
    return rules.shard_of(f"process:{pid}")
