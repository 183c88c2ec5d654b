"""Establishments that send one message at a time and resend the same bytes until they are answered."""

import threading
import time
from dataclasses import dataclass

from passerelle.care.exchange.api import Connection, NoAnswer, WrongAnswer
from tests.faults import stories

_FAMILIES = 4  # open at once
_REPEATED = 9  # one message in nine is sent again after it was answered, as an operator in doubt does


@dataclass(frozen=True)
class Promise:
    """A message that was accepted, and when by the clock on the wall."""

    control_id: str
    at: float


class Sender(threading.Thread):
    """`acknowledged` is what was accepted, in the order it was sent."""

    def __init__(self, name, port, *, rests_s=0.0):
        super().__init__(name=name, daemon=True)
        self.acknowledged = []
        self.resent = 0
        self.repeated = 0
        self.refused = []
        self._port = port
        self._rests_s = rests_s
        self._stop_asked = threading.Event()

    def stop(self):
        self._stop_asked.set()

    def run(self):
        with Connection("127.0.0.1", self._port, timeout_s=20) as connection:
            for family, rank in stories.told_together(self.name, _FAMILIES):
                if self._stop_asked.is_set():
                    return
                self._tell(connection, family, rank)
                time.sleep(self._rests_s)

    def _tell(self, connection, family, rank):
        control_id, message = stories.control_id(family, rank), stories.message(family, rank)
        if self._send(connection, message, control_id) and len(self.acknowledged) % _REPEATED == 0:
            self.repeated += 1
            self._send(connection, message)

    def _send(self, connection, message, control_id=None):
        while True:
            try:
                answer = connection.send(message)
            except (NoAnswer, WrongAnswer):
                if self._stop_asked.is_set():
                    return False
                self.resent += 1
                time.sleep(0.05)
                continue
            if not answer.is_accepted:
                self.refused.append(answer)
            elif control_id is not None:
                self.acknowledged.append(Promise(control_id, time.time()))
            return True
