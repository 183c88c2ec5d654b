"""Keep what the simulator took where the page of the demonstration's phones finds it."""

from django.db import close_old_connections
from django.utils import timezone

from passerelle.core.notify.models import SimulatedMessage
from passerelle.core.notify.simulator.kannel import Taken


def keep(taken: Taken) -> None:
    """Write one SMS of the simulated gateway."""
    close_old_connections()
    SimulatedMessage.objects.create(number=taken.number, text=taken.text[:1600], at=timezone.now())
