"""A deliberately wrong listener: it acknowledges first and commits after. The crash test must catch it."""

import asyncio
import os
import sys
import uuid

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "passerelle.config.settings")
django.setup()

from django.utils import timezone  # noqa: E402 - the settings come first

from passerelle.care.exchange import api as exchange  # noqa: E402
from passerelle.care.exchange.listener.intake import Intake, _Waiting  # noqa: E402
from passerelle.care.exchange.rules.verdict import Arrival, House, judge  # noqa: E402

EVERYBODY = House(establishment_of=lambda facility: "essai", accepts_trials=True)


class EagerIntake(Intake):
    def submit(self, raw, peer, answer):
        arrival = Arrival(id=uuid.uuid4(), raw=raw, peer=peer, at=timezone.now())
        answer(judge(arrival, EVERYBODY).ack)
        self._queue.put(_Waiting(arrival, lambda _: None))


if __name__ == "__main__":
    port = int(sys.argv[1])
    asyncio.run(
        exchange.serve(
            "127.0.0.1", port, limits=exchange.Limits(), on_open=lambda bound: None, intake_factory=EagerIntake
        )
    )
