"""The floor of a read: a bare handler with one query by primary key, behind the same server as the pages."""

import os
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import psycopg

_READ = "SELECT body FROM record_resource WHERE id = %s AND type = 'Observation'"
_session: psycopg.Connection[Any] | None = None


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer `/{id}` by the body of that Observation."""
    global _session
    if _session is None:
        _session = psycopg.connect(os.environ["FLOOR_DATABASE"], autocommit=True)
    row = _session.execute(_READ, [UUID(environ["PATH_INFO"].rpartition("/")[2])], prepare=True).fetchone()
    body = row[0].encode() if row else b""
    start_response(
        "200 OK" if row else "404 Not Found",
        [("Content-Type", "application/fhir+json"), ("Content-Length", str(len(body)))],
    )
    return [body]
