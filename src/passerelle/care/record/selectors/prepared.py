"""Statements that PostgreSQL parses once per connection, their values named and bound by the server."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg
from django.db import connection

from passerelle.core.access import api as access

_LIMIT: Final = "SELECT set_config('statement_timeout', %s, true)"


def rows_of(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a prepared statement; it belongs to the transaction in hand, and its errors are Django's.

    In a request the database is told who looks in the same round trip, hence in the same transaction.
    """
    connection.ensure_connection()
    session, told = connection.connection, access.to_tell(sql)
    with connection.wrap_database_errors:
        if told is None:
            return psycopg.Cursor(session).execute(sql, values, prepare=True).fetchall()
        with session.pipeline():
            psycopg.Cursor(session).execute(*told, prepare=True)
            found = psycopg.Cursor(session).execute(sql, values, prepare=True)
        return found.fetchall()


def rows_within(sql: str, values: Sequence[Any], *, limit_ms: int) -> list[tuple[Any, ...]]:
    """Return the rows of a prepared statement that PostgreSQL stops after so long: one round trip, told who looks."""
    connection.ensure_connection()
    session, told = connection.connection, access.to_tell(sql)
    with connection.wrap_database_errors:
        with session.pipeline():
            if told is not None:
                psycopg.Cursor(session).execute(*told, prepare=True)
            psycopg.Cursor(session).execute(_LIMIT, [str(limit_ms)], prepare=True)
            found = psycopg.Cursor(session).execute(sql, values, prepare=True)
        return found.fetchall()
