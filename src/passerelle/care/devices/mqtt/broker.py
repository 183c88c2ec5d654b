"""A broker of this machine: Debian's Mosquitto, started on a folder that `write_broker_files` wrote."""

import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

_PLACES: Final = ("mosquitto", "/usr/sbin/mosquitto")
_OPENING_SECONDS: Final = 10.0


class BrokerDidNotStart(Exception):
    """Le courtier ne s’est pas ouvert."""


def mosquitto() -> str | None:
    """Return where the program is; None when it is not installed."""
    return next(filter(None, map(shutil.which, _PLACES)), None)


def start(folder: Path, *, host: str, port: int) -> subprocess.Popen[bytes]:
    """Start a broker and wait until it answers.

    Raises:
        BrokerDidNotStart: it is not installed, or it stopped; why is in `broker.log`.
    """
    program = mosquitto()
    if program is None:
        raise BrokerDidNotStart
    with (folder / "broker.log").open("ab") as log:
        running = subprocess.Popen(
            [program, "-c", str(folder / "mosquitto.conf")], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    deadline = time.monotonic() + _OPENING_SECONDS
    while running.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection((host, port), timeout=0.5):
                return running
        except OSError:
            time.sleep(0.05)
    running.kill()
    running.wait()
    raise BrokerDidNotStart
