"""Find the database: `DATABASE_URL`, or the embedded PostgreSQL in `var/`."""

import os
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from passerelle.config import cluster

#: Statements that ask for it are prepared, no other by itself: without a number psycopg prepares none.
_PREPARED: Final = {"prepare_threshold": 1_000_000_000}


def database_settings() -> dict[str, object]:
    """Return Django's `DATABASES["default"]`.

    Raises:
        ValueError: `DATABASE_URL` is not a `postgresql://` address.
    """
    url = os.environ.get("DATABASE_URL")
    return _settings_from_url(url) if url else _embedded_settings()


def take_runtime_role(options: dict[str, Any], role: str) -> None:
    """Let the connections to come work as a role that owns no table and bypasses no policy: pages, FHIR."""
    options["options"] = f"{options.get('options', '')} -c role={role}".strip()


def is_embedded() -> bool:
    return "DATABASE_URL" not in os.environ


def ensure_database() -> None:
    """Start the embedded server and create its database; do nothing when `DATABASE_URL` names another."""
    if is_embedded():
        cluster.start()
        cluster.create_database(str(_embedded_settings()["NAME"]))


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
        "OPTIONS": {**query, **_PREPARED},
    }


def _embedded_settings() -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("PASSERELLE_DB_NAME", "passerelle"),
        "USER": cluster.SUPERUSER,
        "HOST": str(cluster.socket_directory()),
        "OPTIONS": dict(_PREPARED),
    }
