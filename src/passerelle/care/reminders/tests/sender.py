"""A real sender, here or in a process of its own, whose clock starts when it is told: `python -m … <moment>`."""

import os
import sys
import time
from datetime import datetime, timedelta

import django


def send(start: datetime) -> int:
    from passerelle.core.notify.sending.declared import Declared
    from passerelle.core.notify.sending.sender import Sender

    begun = time.monotonic()
    gateway = Declared(
        code="sms", channel="sms", label="SMS", per_second=5000, timeout_s=5.0, threads=4, batch=50, gives_receipts=True
    )
    return Sender(clock=lambda: start + timedelta(seconds=time.monotonic() - begun), gateways=[gateway]).run()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "passerelle.config.settings")
    django.setup()
    send(datetime.fromisoformat(sys.argv[1]))
