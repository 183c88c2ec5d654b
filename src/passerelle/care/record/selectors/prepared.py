"""Statements that PostgreSQL parses once per connection, their values named and bound by the server."""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection


def rows_of(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a prepared statement; it belongs to the transaction in hand, and its errors are Django's."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(sql, values, prepare=True).fetchall()
