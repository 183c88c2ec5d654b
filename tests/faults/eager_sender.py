"""A sender that is **deliberately wrong**: it holds an item for delivered before the receiver has answered."""

import queue
import threading

import django

django.setup()

from django.utils import timezone  # noqa: E402

from passerelle.care.delivery.api import Sender  # noqa: E402
from passerelle.care.delivery.rules.answering import Answer  # noqa: E402
from passerelle.care.delivery.rules.outcomes import Verdict  # noqa: E402
from passerelle.care.delivery.transports.building import transport_of  # noqa: E402


class Eager:
    """Says yes at once, and sends from a thread."""

    def __init__(self, destination):
        self._real = transport_of(destination)
        self._later = queue.Queue()
        threading.Thread(target=self._send, daemon=True).start()

    def send(self, parcel):
        self._later.put(parcel)
        return Answer(Verdict.ACCEPTED, "AA")

    def close(self):
        """Leave the thread to its work."""

    def _send(self):
        while True:
            self._real.send(self._later.get())


sender = Sender(clock=timezone.now, transports=Eager)
sender.stop_on_signals()
sender.run()
