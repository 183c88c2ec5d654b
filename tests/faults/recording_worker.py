"""The real worker, with one handler that writes each effect in a table that accepts everything."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "passerelle.config.settings")
django.setup()

from django.db import connection  # noqa: E402 - the settings come first
from django.utils import timezone  # noqa: E402

from passerelle.care.exchange import api as exchange  # noqa: E402
from passerelle.care.exchange import handlers  # noqa: E402


def write_effect(inbound):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fault_effect (control_id, patient) VALUES (%s, %s)",
            [inbound.message.control_id, inbound.event.patient.ipp.value],
        )


if __name__ == "__main__":
    handlers._enrolled.clear()
    exchange.register_handler(write_effect, order=10, name="effects")
    worker = exchange.Worker(clock=timezone.now)
    worker.stop_on_signals()
    worker.run()
