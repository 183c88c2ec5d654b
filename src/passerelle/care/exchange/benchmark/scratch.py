"""A house of its own for a measure: a scratch database, a listener, a worker; nothing of it stays."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection
from psycopg import sql

_OPEN = re.compile(r":(\d+)\s*$")
_ONE_WAITS = "SELECT 1 FROM exchange_message WHERE state = 'received' LIMIT 1"
_MISSING = """
    SELECT id FROM exchange_message message WHERE state = 'applied' AND NOT EXISTS (
        SELECT FROM record_stayevent event JOIN record_resource stay ON stay.id = event.stay_id
            AND stay.type = 'Encounter' AND stay.local_identity_id = event.local_identity_id
        WHERE event.source = message.id::text) LIMIT 1
"""
_CONNECTION_NAMES = ("user", "password", "host", "port")
_LOAD_DIRECTORY = (
    "from django.utils import timezone; from passerelle.core.directory import api;"
    " api.load_directory(at=timezone.now(), demo=True)"
)


def connection_parameters() -> dict[str, Any]:
    """Return how to reach the database of the settings by psycopg alone."""
    parameters = connection.get_connection_params()
    return {name: parameters[name] for name in ("dbname", *_CONNECTION_NAMES) if parameters.get(name)}


class ScratchHouse:
    """The scratch database and the means to start our processes on it."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.parameters = parameters
        self.waited_s = 0.0
        self.environment = _environment(str(parameters["dbname"]))

    def prepare(self) -> None:
        self._run("migrate", "--verbosity", "0")
        self._run("shell", "--no-imports", "-c", _LOAD_DIRECTORY)

    @contextmanager
    def listener(self, processes: int = 1) -> Iterator[tuple[str, int]]:
        """Run a listener, of one process or several, on a free port of this machine."""
        process = self._start("listen", "--port", "0", "--processes", str(processes))
        with _stopped_after(process):
            line = ""
            for _ in range(processes):
                line = process.stdout.readline() if process.stdout else ""
            found = _OPEN.search(line)
            if found is None:
                raise RuntimeError(line)
            yield "127.0.0.1", int(found[1])

    @contextmanager
    def workers(self, count: int = 2) -> Iterator[None]:
        """Run as many workers as `serve` does."""
        with ExitStack() as running:
            for _ in range(count):
                running.enter_context(_stopped_after(self._start("work")))
            yield

    def wait_until_all_are_applied(self) -> int:
        """Return how many messages are applied once none waits; `waited_s` tells how long that was."""
        started = time.perf_counter()
        with psycopg.connect(**self.parameters, autocommit=True) as session:
            while session.execute(_ONE_WAITS).fetchone():
                time.sleep(0.02)
            self.waited_s = time.perf_counter() - started
            row = session.execute("SELECT count(*) FROM exchange_message WHERE state = 'applied'").fetchone()
        return int(row[0]) if row else 0

    def check_that_all_is_searchable(self) -> None:
        """Make sure that each message that was applied is an event of a stay of the record.

        Raises:
            AssertionError: one is missing.
        """
        with psycopg.connect(**self.parameters) as session:
            missing = session.execute(_MISSING).fetchone()
        if missing:
            raise AssertionError(missing[0])

    def forget_messages(self) -> None:
        """Start the next measure from nothing."""
        with psycopg.connect(**self.parameters) as session:
            session.execute("TRUNCATE exchange_message, exchange_lanekey, exchange_step CASCADE")

    def _run(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "passerelle", "manage", *arguments]
        subprocess.run(command, env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "passerelle", *arguments]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)


@contextmanager
def scratch_house() -> Iterator[ScratchHouse]:
    """Make a database beside the real one, and drop it after."""
    parameters = connection_parameters()
    name = f"{parameters['dbname']}_bench"
    with psycopg.connect(**parameters, autocommit=True) as session:
        session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            house = ScratchHouse({**parameters, "dbname": name})
            house.prepare()
            yield house
        finally:
            session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _stopped_after(process: subprocess.Popen[str]) -> Iterator[None]:
    with process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def _environment(database: str) -> dict[str, str]:
    environment = {**os.environ, "PASSERELLE_DB_NAME": database, "PASSERELLE_DEMO": "1"}
    if "DATABASE_URL" in environment:
        environment["DATABASE_URL"] = urlunsplit(urlsplit(environment["DATABASE_URL"])._replace(path=f"/{database}"))
    return environment
