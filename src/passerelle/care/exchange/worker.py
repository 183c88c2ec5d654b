"""The loop that routes and applies messages; any number of processes may run it side by side."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import psycopg
from django.db import Error, connection

from passerelle.care.exchange.collecting import loaded_once
from passerelle.care.exchange.idle import do_idle_work
from passerelle.care.exchange.services.applying import apply_waiting, recover
from passerelle.care.exchange.services.lanes import route_new_messages
from passerelle.care.exchange.services.storing import CHANNEL

_log = logging.getLogger(__name__)
_LONGEST_SLEEP_S = 0.5
_PAUSE_AFTER_FAILURE_S = 0.5
_OBJECTS_OF_A_GROUP = 300_000  # more than a group holds: the collector runs between groups, when little is alive
_LONGEST_WITHOUT_IDLE_WORK_S = 1.0
_SHARE_OF_IDLE_WORK = 0.1  # of the time, while messages never cease


class Worker:
    """Wakes at each arrival, and twice a second in any case: a lost wake-up only costs that."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._stop = threading.Event()
        self._has_recovered = False
        self._survived: set[UUID] = set()
        self._bell: psycopg.Connection | None = None
        self._idle_work_due = 0.0

    def stop(self) -> None:
        self._stop.set()

    def stop_on_signals(self) -> None:
        """Finish the group in hand on SIGTERM or SIGINT, then leave `run`."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())

    def run(self) -> None:
        """Work until told to stop; a database that goes away is waited for."""
        with loaded_once(objects_between=_OBJECTS_OF_A_GROUP):
            self._work()
        self._hang_up()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                if not self._turn() + self._idle_work():
                    self._sleep()
            except (Error, psycopg.Error) as error:
                _log.warning("database unavailable (%s), trying again", type(error).__name__)
                self._hang_up()
                self._stop.wait(_PAUSE_AFTER_FAILURE_S)

    def _turn(self) -> int:
        self._listen()
        routed = route_new_messages()
        if not self._has_recovered:
            # The former worker may have been killed by one of these: they are taken one by one, before any other.
            recover(clock=self._clock, survived=self._survived)
            self._has_recovered = True
        done = routed + apply_waiting(clock=self._clock)
        if not done:
            self._idle_work_due = 0.0
        return done

    def _idle_work(self) -> int:
        """Do what waits behind messages: when none waits, and now and then when they never cease.

        Then once a second at most, and less often when a part of it takes long: messages come first.
        """
        began = time.monotonic()
        if began < self._idle_work_due:
            return 0
        done = do_idle_work(self._clock)
        ended = time.monotonic()
        self._idle_work_due = ended + max(_LONGEST_WITHOUT_IDLE_WORK_S, (ended - began) / _SHARE_OF_IDLE_WORK)
        return done

    def _listen(self) -> None:
        """Listen before looking, so that what arrives meanwhile rings."""
        if self._bell is None or self._bell.closed:
            parameters = connection.get_connection_params()
            wanted = {
                name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters
            }
            self._bell = psycopg.connect(**wanted, autocommit=True)
            self._bell.execute(f"LISTEN {CHANNEL}")

    def _sleep(self) -> None:
        if self._bell is not None:
            for _ in self._bell.notifies(timeout=_LONGEST_SLEEP_S, stop_after=1):
                pass

    def _hang_up(self) -> None:
        connection.close()
        if self._bell is not None:
            self._bell.close()
            self._bell = None
