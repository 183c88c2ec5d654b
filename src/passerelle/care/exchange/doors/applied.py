"""The contract « applied »: an answer that waits until the worker has applied the message, or has parked it.

One thread asks for all the messages that wait, so that a hundred senders cost one question at a time.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import psycopg
from django.db import Error, connection

_PAUSE_S: Final = 0.03
_FIND = """
    SELECT asked.rank, message.state, message.error_where, message.error_why
    FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[]) AS asked (rank, control_id, application, facility)
    JOIN exchange_message message ON message.control_id = asked.control_id
        AND message.sending_application = asked.application AND message.sending_facility = asked.facility
    WHERE message.accepted AND message.state <> 'received'
"""


class MessageKey(NamedTuple):
    """What tells an accepted message from all the others."""

    control_id: str
    application: str
    facility: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What the worker made of a message; `state` is "" when it has not come to it in time."""

    state: str
    where: str = ""
    why: str = ""

    @property
    def is_applied(self) -> bool:
        return self.state == "applied"

    @property
    def is_late(self) -> bool:
        return not self.state


def wait_applied(key: MessageKey, *, seconds: float) -> Applied:
    """Wait in this thread until a message is applied, parked or set aside; late after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := _found([key])):
        if time.monotonic() >= deadline:
            return Applied("")
        time.sleep(_PAUSE_S)
    return found[0]


@dataclass(frozen=True, slots=True)
class _Waiting:
    key: MessageKey
    deadline: float
    tell: Callable[[Applied], None]


class Applications:
    """Tells, from a thread of its own, what became of each message it is asked about."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._is_over = False
        self._thread = threading.Thread(target=self._work, name="applied", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Tell everybody who waits that it is late, and end."""
        with self._lock:
            self._is_over = True
            self._lock.notify()
        self._thread.join(timeout=10)

    def wait(self, key: MessageKey, *, seconds: float, tell: Callable[[Applied], None]) -> None:
        """Call `tell`, from another thread, once it is known what became of a message, or after `seconds`."""
        with self._lock:
            self._waiting.append(_Waiting(key, time.monotonic() + seconds, tell))
            self._lock.notify()

    def _work(self) -> None:
        while self._await_somebody():
            self._turn()
            time.sleep(_PAUSE_S)
        for waiting in self._waiting:
            waiting.tell(Applied(""))
        connection.close()

    def _await_somebody(self) -> bool:
        with self._lock:
            while not self._waiting and not self._is_over:
                self._lock.wait()
            return not self._is_over

    def _turn(self) -> None:
        with self._lock:
            waiting = list(self._waiting)
        try:
            found = _found([one.key for one in waiting])
        except (Error, psycopg.Error):
            connection.close()
            found = {}
        now = time.monotonic()
        settled = {
            id(one): found.get(rank, Applied(""))
            for rank, one in enumerate(waiting)
            if rank in found or now >= one.deadline
        }
        with self._lock:
            self._waiting = [one for one in self._waiting if id(one) not in settled]
        for one in waiting:
            if id(one) in settled:
                one.tell(settled[id(one)])


def _found(keys: Sequence[MessageKey]) -> dict[int, Applied]:
    columns = [[getattr(key, name) for key in keys] for name in MessageKey._fields]
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [list(range(len(keys))), *columns])
        return {rank: Applied(*told) for rank, *told in cursor.fetchall()}
