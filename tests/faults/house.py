"""A house of its own that can be killed: cluster, listener, workers, sender."""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

PROJECT = Path(__file__).resolve().parents[2]
_OWNED = ("exchange", "identity", "record", "delivery", "matching", "identitovigilance", "channels")
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ %s"
_CONTROL_ID_ONCE = "exchange_control_id_once"
_CHANNEL = """\
channel: fautes
label: Établissements qui envoient pendant les pannes
establishment: essai
source: {door: mllp, facilities: [CHU-X], applications: [FAUTES]}
profile: {family: pam-fr, messages: ["ADT^*"]}
destinations: [receveur]
"""
_DESTINATION = """\
destination: receveur
label: Application qui compte ce qu’elle reçoit
transport: {{kind: mllp, options: {{host: 127.0.0.1, port: {port}, timeout_seconds: 60, idempotent: true}}}}
sends: ["ADT^*"]
retry: {{first_seconds: 0.05, longest_seconds: 1}}
"""


class Ground:
    """A cluster with its tables and a nursery of processes, made once for many houses."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="passerelle-faults-", dir="/tmp"))
        self.folder.chmod(0o755)  # the database's system user must reach its cluster
        environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "PASSERELLE_VAR": str(self.folder),
            "PASSERELLE_DB_NAME": "faults",
            "PASSERELLE_DEMO": "1",
            "PASSERELLE_LOG_LEVEL": "WARNING",
        }
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery", str(self.folder)],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        try:
            self.do("prepare")
            with self.connect() as connection:
                connection.execute("CREATE TABLE fault_effect (n bigserial, control_id text, message_id uuid)")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        with contextlib.suppress(RuntimeError, BrokenPipeError, ValueError):
            self.do("stop_database")
        self._nursery.stdin.close()
        self._nursery.wait(20)
        self._nursery.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, role, build, *arguments):
        """Start a process and return its number."""
        order = {"role": role, "build": build, "arguments": [str(one) for one in arguments]}
        self._nursery.stdin.write(json.dumps(order) + "\n")
        self._nursery.stdin.flush()
        return int(self._nursery.stdout.readline())

    def is_alive(self, pid):
        """Tell whether it is a process of ours: its number may be another's once it is dead."""
        return _parent_of(pid) == self._nursery.pid

    def kill(self, pid):
        """Kill, and wait until it is gone."""
        if self.is_alive(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not self.is_alive(pid), f"the death of {pid}", 20)

    def do(self, task, *arguments):
        """Have a task done and wait for its end."""
        if self.start("task", task, *arguments):
            message = f"{task} failed\n{self.log()}"
            raise RuntimeError(message)

    def connect(self):
        return psycopg.connect(
            host=str(self.folder / "postgres"), user="postgres", dbname="faults", autocommit=True, connect_timeout=5
        )

    def clear(self):
        """Empty what houses write; what was declared and the directory stay."""
        pattern = f"^(fault_effect$|({'|'.join(_OWNED)})_)"
        with self.connect() as connection:
            tables = [name for (name,) in connection.execute(_TABLES, [pattern])]
            connection.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
        for path in self.folder.glob("*.log"):
            path.unlink()

    @contextlib.contextmanager
    def without_idempotency(self):
        """Take away, for a time, what refuses a message already there."""
        asked = "SELECT indexdef FROM pg_indexes WHERE indexname = %s"
        with self.connect() as connection:
            (definition,) = connection.execute(asked, [_CONTROL_ID_ONCE]).fetchone()
            connection.execute(f"DROP INDEX {_CONTROL_ID_ONCE}")
        try:
            yield
        finally:
            self.clear()
            with self.connect() as connection:
                connection.execute(definition)

    def log(self):
        """Return what the processes had to say, for a failure that must be understood."""
        return "\n".join(f"{path.name}: {path.read_text()[-3000:]}" for path in sorted(self.folder.glob("*.log")))


@dataclass(frozen=True)
class Kill:
    """Who was killed, and when by the clock on the wall."""

    victim: str
    at: float


class House:
    """Processes of some builds on a ground. `builds` names another build than the right one for a role."""

    def __init__(self, ground, *, workers=1, receiver=None, **builds):
        self.ground = ground
        self.port = free_port()
        self.kills = []
        self.revived = 0
        self._receiver = receiver
        self._commands = {"listener": ["listen", "--port", self.port]}
        self._commands |= {f"worker{number}": ["work"] for number in range(1, workers + 1)}
        if receiver is not None:
            self._commands["sender"] = ["deliver"]
        self._builds = builds
        self._pids = {}

    def __enter__(self):
        try:
            self.ground.clear()
            if self._receiver is not None:
                self._declare(self._receiver.port)
            for name in self._commands:
                self.start(name)
            self.wait_until_listening()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error):
        for pid in self._pids.values():
            self.ground.kill(pid)

    def connect(self):
        return self.ground.connect()

    def roles(self):
        return list(self._commands)

    def open(self, name, *command):
        """Add a process to the house."""
        self._commands[name] = list(command)
        self.start(name)

    def rebuild(self, name, build):
        """Start a process again, of another build."""
        self._builds[name.rstrip("0123456789")] = build
        self.ground.kill(self._pids[name])
        self.start(name)

    def start(self, name):
        build = self._builds.get(name.rstrip("0123456789"), "right")
        self._pids[name] = self.ground.start(name, build, *self._commands[name])

    def kill(self, name):
        """Kill a process without warning and start it again at once, as the supervisor does."""
        if name == "database":
            self._kill_database()
            return
        if not self.ground.is_alive(self._pids[name]):
            self.revive()
        self.ground.kill(self._pids[name])
        self.kills.append(Kill(name, time.time()))
        self.start(name)

    def revive(self):
        """Start again whatever died by itself."""
        for name, pid in list(self._pids.items()):
            if not self.ground.is_alive(pid):
                self.revived += 1
                self.start(name)

    def wait_until_listening(self, seconds=60):
        def answers():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
            return False

        wait_until(answers, "the listener", seconds)

    def wait_until_none(self, counted, *, seconds=1500):
        """Wait until a count falls to zero; what dies meanwhile is started again."""

        def is_none():
            self.revive()
            with contextlib.suppress(psycopg.OperationalError), self.connect() as connection:
                return connection.execute(counted).fetchone()[0] == 0
            return False

        wait_until(is_none, counted, seconds, told_by=self.ground.log)

    def count(self, counted):
        with self.connect() as connection:
            return connection.execute(counted).fetchone()[0]

    def _kill_database(self):
        with contextlib.suppress(FileNotFoundError, IndexError):
            pid = int((self.ground.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: _parent_of(pid) is None, "the death of the database", 20)
        self.kills.append(Kill("database", time.time()))
        self.ground.do("start_database")

    def _declare(self, port):
        for name, text in (("channels", _CHANNEL), ("destinations", _DESTINATION.format(port=port))):
            folder = self.ground.folder / "declared" / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "fautes.yaml").write_text(text)
        self.ground.do("declare", self.ground.folder / "declared")


def wait_until(condition, what, seconds, *, told_by=lambda: ""):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            message = f"waited {seconds} s for {what}\n{told_by()}"
            raise TimeoutError(message)
        time.sleep(0.05)


def _parent_of(pid):
    """Return who started a process that runs, None when it is dead, even if nobody has buried it."""
    try:
        state, parent, *_ = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else int(parent)


def free_port(first=28000, last=28099):
    """Return a free port of a range below those the system gives to clients, so that a restart finds it free."""
    for port in random.sample(range(first, last), last - first):
        with socket.socket() as found, contextlib.suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(("127.0.0.1", port))
            return port
    message = f"no free port between {first} and {last}"
    raise OSError(message)
