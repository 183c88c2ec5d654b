"""A house of its own that can be killed: cluster, listener, worker."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

PROJECT = Path(__file__).resolve().parents[2]
PREPARE = (
    "from django.utils import timezone; from passerelle.core.directory import api;"
    " api.load_directory(at=timezone.now(), demo=True)"
)
ENSURE = "from passerelle.config.database import ensure_database; ensure_database()"
STOP = "from passerelle.config import cluster; cluster.stop()"


class House:
    """`build` is "right", or "eager" for the deliberately wrong listener."""

    def __init__(self, build):
        self.folder = Path(tempfile.mkdtemp(prefix="passerelle-faults-", dir="/tmp"))
        self.folder.chmod(0o755)  # the database's system user must reach its cluster
        self.port = _free_port()
        self.kills = {"listener": 0, "worker": 0, "postmaster": 0}
        self._environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "PASSERELLE_VAR": str(self.folder),
            "PASSERELLE_DB_NAME": "faults",
            "PASSERELLE_DEMO": "1",
            "PASSERELLE_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "passerelle.config.settings",
        }
        listeners = {
            "right": ["-m", "passerelle", "listen", "--port", str(self.port)],
            "eager": ["-m", "tests.faults.eager_listener", str(self.port)],
        }
        self._commands = {"listener": listeners[build], "worker": ["-m", "tests.faults.recording_worker"]}
        self._processes = {}

    def __enter__(self):
        try:
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        for process in self._processes.values():
            process.kill()
            process.wait()
        self._python("-c", STOP)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _open(self):
        for package in ("directory", "channels", "exchange"):
            self._python("-m", "passerelle", "manage", "migrate", package, "--verbosity", "0")
        self._python("-m", "passerelle", "manage", "shell", "--no-imports", "-c", PREPARE)
        with self.connect() as connection:
            connection.execute("CREATE TABLE fault_effect (n bigserial, control_id text, patient text)")
        self.start("listener")
        self.start("worker")

    def connect(self):
        return psycopg.connect(
            host=str(self.folder / "postgres"), user="postgres", dbname="faults", autocommit=True, connect_timeout=5
        )

    def start(self, name):
        self._processes[name] = subprocess.Popen(
            [sys.executable, *self._commands[name]],
            cwd=PROJECT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
        )

    def kill(self, name):
        """Kill a process without warning and start it again."""
        self.kills[name] += 1
        if name == "postmaster":
            with contextlib.suppress(ProcessLookupError, FileNotFoundError, IndexError):
                pid = int((self.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
                os.kill(pid, signal.SIGKILL)
            self._python("-c", ENSURE)
            return
        self._processes[name].kill()
        self._processes[name].wait()
        self.start(name)

    def wait_until_listening(self, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.1)
        raise TimeoutError("the listener does not answer")

    def wait_until_applied(self, seconds=120):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(psycopg.OperationalError), self.connect() as connection:
                left = connection.execute("SELECT count(*) FROM exchange_message WHERE state = 'received'").fetchone()
                if left[0] == 0:
                    return
            time.sleep(0.2)
        raise TimeoutError("messages are still waiting")

    def is_alive(self, name):
        return self._processes[name].poll() is None

    def _python(self, *arguments):
        subprocess.run(
            [sys.executable, *arguments], cwd=PROJECT, env=self._environment, check=True, stdout=subprocess.DEVNULL
        )


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
