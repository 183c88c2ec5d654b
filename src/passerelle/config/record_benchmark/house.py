"""The house that is measured: a scratch database with the fictitious territory, its pages, and the bare handler."""

import json
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.conninfo import make_conninfo

from passerelle.care.exchange.benchmark.scratch import ScratchHouse, scratch_house
from passerelle.config.house import Doors, answers, children, free_port
from passerelle.config.record_benchmark.key import ESTABLISHMENT, SCOPES
from passerelle.config.record_benchmark.load import Server

_HOST = "127.0.0.1"
_PAGE_WORKERS = 2
_PATIENCE_S = 60.0
_KEY = "from passerelle.config.record_benchmark.key import make; make()"
Tell = Callable[[str], None]


class RecordHouse:
    """The territory in its scratch database, and what serves it."""

    def __init__(self, scratch: ScratchHouse, folder: str) -> None:
        self.parameters = scratch.parameters
        self._environment = {
            **scratch.environment,
            "DATABASE_URL": _address(scratch.parameters),
            "PASSERELLE_VAR": folder,  # neither the seals nor the extract of the house that is there
        }
        self._key: dict[str, str] = {}

    def build(self, patients: int) -> None:
        """Load the journeys of so many fictitious patients, and let an application in."""
        self._run("demo-territory", "--persons", str(patients))
        told = self._run("manage", "shell", "--no-imports", "-c", _KEY)
        self._key = json.loads(told.splitlines()[-1])
        with psycopg.connect(**self.parameters, autocommit=True) as session:
            session.execute("VACUUM (ANALYZE)")  # as any base in service is, some minutes after its last load

    def load(self, path: Path) -> None:
        """Load resources by `passerelle load fhir`."""
        self._run("load", "fhir", "--establishment", ESTABLISHMENT, str(path))

    @contextmanager
    def pages(self) -> Iterator[str]:
        """Serve pages and the FHIR interface as `serve` does; give the base of the interface."""
        port = free_port(_HOST)
        command = children(Doors(_HOST, port), page_workers=_PAGE_WORKERS)[-1].command
        with self._serving(list(command), port):
            yield f"http://{_HOST}:{port}/fhir"

    @contextmanager
    def floor(self) -> Iterator[str]:
        """Serve the bare handler with the same server, its workers and threads."""
        port = free_port(_HOST)
        command = list(children(Doors(_HOST, port), page_workers=_PAGE_WORKERS)[-1].command)
        command = [
            word.replace("passerelle.config.wsgi:", "passerelle.config.record_benchmark.floor:") for word in command
        ]
        command[command.index("--blocking-threads") + 1] = "1"
        with self._serving(command, port):
            yield f"http://{_HOST}:{port}"

    def server(self, base: str) -> Server:
        """Return the FHIR interface with a token of now, good for five minutes."""
        root = base.removesuffix("/fhir")
        told = {"grant_type": "client_credentials", "scope": SCOPES, "client_id": self._key["id"]}
        body = urllib.parse.urlencode({**told, "client_secret": self._key["secret"]}).encode()
        with urllib.request.urlopen(f"{root}/oauth/jeton/", body, timeout=30) as answer:  # noqa: S310 - our own server
            return Server.at(base, str(json.load(answer)["access_token"]))

    def _run(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "passerelle", *arguments]
        done = subprocess.run(command, env=self._environment, check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout

    @contextmanager
    def _serving(self, command: list[str], port: int) -> Iterator[None]:
        environment = {**self._environment, "FLOOR_DATABASE": make_conninfo(**self.parameters)}
        silent = subprocess.DEVNULL
        with subprocess.Popen(command, env=environment, stdout=silent, stderr=silent) as process:
            try:
                _wait(process, port)
                yield
            finally:
                process.terminate()
                process.wait(timeout=30)


@contextmanager
def record_house(patients: int, tell: Tell) -> Iterator[RecordHouse]:
    """Make the house, and drop it after."""
    tell(f"Territoire fictif de {patients} patients…")
    with scratch_house() as scratch, tempfile.TemporaryDirectory() as folder:
        house = RecordHouse(scratch, folder)
        house.build(patients)
        yield house


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not answers(_HOST, port):
        if time.monotonic() > until or process.poll() is not None:
            raise TimeoutError(port)
        time.sleep(0.1)


def _address(parameters: dict[str, Any]) -> str:
    """Return the parameters of a connection as `DATABASE_URL` has them; a socket is told behind the name."""
    who = quote(str(parameters.get("user", "")))
    if parameters.get("password"):
        who += ":" + quote(str(parameters["password"]))
    where = urllib.parse.urlencode({name: parameters[name] for name in ("host", "port") if parameters.get(name)})
    return f"postgresql://{who}@/{quote(str(parameters['dbname']))}?{where}"
