"""Keep the house's processes alive: start them, restart a dead one, stop them all cleanly.

Each child has a session of its own, so a Ctrl-C reaches the supervisor alone, which then stops its children in order.
On Linux a child also ends when its supervisor is killed.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

_PR_SET_PDEATHSIG = 1
_CALM_SECONDS = 10.0  # a child that lived this long is restarted at once, a shorter-lived one waits
_LONGEST_WAIT_SECONDS = 15.0
_STOP_SECONDS = 10.0


class PortTaken(Exception):
    """Another program already listens on the port."""

    def __init__(self, host: str, port: int, what: str) -> None:
        super().__init__(
            f"Le port {port} de {host} est déjà pris : {what} ne peut pas s’y installer. "
            "Arrêtez l’autre programme, ou choisissez un autre port."
        )


@dataclass(slots=True)
class Child:
    """One supervised process."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    restarts: int = 0
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        self.started_at = time.monotonic()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Run `children` until asked to stop; `watch` is called at each turn for what is not a child (the database)."""

    def __init__(self, children: Sequence[Child], watch: Callable[[], None] = lambda: None) -> None:
        self.children = list(children)
        self._watch = watch
        self._stopping = False

    def start(self) -> None:
        signal.signal(signal.SIGINT, self._ask_to_stop)
        signal.signal(signal.SIGTERM, self._ask_to_stop)
        for child in self.children:
            child.start()

    def run(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Restart whatever dies, until `until()` or a signal says to stop."""
        while not self._stopping and not until():
            self.turn()
            time.sleep(0.2)

    def turn(self) -> None:
        self._watch()
        now = time.monotonic()
        for child in self.children:
            if child.is_running():
                continue
            if child.restart_at == 0.0:
                self._plan_restart(child, now)
            elif now >= child.restart_at:
                child.restart_at = 0.0
                child.restarts += 1
                child.start()

    def stop(self) -> None:
        """End every child: politely, then by force after ten seconds."""
        for child in reversed(self.children):
            if child.process is not None and child.is_running():
                child.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for child in reversed(self.children):
            if child.process is None:
                continue
            try:
                child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()

    @property
    def is_stopping(self) -> bool:
        return self._stopping

    def _plan_restart(self, child: Child, now: float) -> None:
        child.failures = 0 if now - child.started_at > _CALM_SECONDS else child.failures + 1
        wait = min(0.5 * 2**child.failures, _LONGEST_WAIT_SECONDS) if child.failures else 0.0
        child.restart_at = now + wait
        code = child.process.returncode if child.process is not None else "?"
        sys.stderr.write(f"{child.name} s’est arrêté (code {code}) : redémarrage dans {wait:.1f} s.\n")

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True


def check_port(host: str, port: int, what: str) -> None:
    """Make sure that nothing listens on the port yet.

    Raises:
        PortTaken: something does.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(host, port, what) from error


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)  # the parent died before the request
