"""A real house for the journeys: `passerelle demo` on a small territory, in a folder and on ports of its own."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from passerelle.config.house import free_port

PERSONS = 1500
OPENING_SECONDS = 240


@dataclass(frozen=True, slots=True)
class House:
    """Where it listens, and the process that keeps it."""

    address: str
    mllp_port: int
    process: subprocess.Popen[bytes]
    log: Path

    def send(self, path: Path) -> str:
        """Send a file of messages by the command line and return what it printed."""
        target = f"127.0.0.1:{self.mllp_port}"
        done = subprocess.run(
            [sys.executable, "-m", "passerelle", "send", str(path), "--to", target],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)


def open_house(folder: Path) -> House:
    """Build the territory and open every door; return when the demonstration says it is open."""
    port, mllp_port = free_port("127.0.0.1"), free_port("127.0.0.1")
    log = folder / "house.log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")}
    environment.pop("DATABASE_URL", None)
    environment["PASSERELLE_VAR"] = str(folder / "var")
    command = [sys.executable, "-m", "passerelle", "demo", "--persons", str(PERSONS)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--mllp-port", str(mllp_port)],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    house = House(f"http://127.0.0.1:{port}", mllp_port, process, log)
    _wait(house)
    return house


def _wait(house: House) -> None:
    deadline = time.monotonic() + OPENING_SECONDS
    while time.monotonic() < deadline:
        told = house.log.read_text(errors="replace")
        if "Passerelle est ouverte" in told:
            return
        if house.process.poll() is not None:
            break
        time.sleep(0.5)
    house.process.kill()
    raise AssertionError("the house did not open:\n" + house.log.read_text(errors="replace")[-3000:])
