"""Statements that PostgreSQL parses once per connection, their values named and bound by the server."""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection

from passerelle.core.access import api as access


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
