"""Statements of the path of messages: in Django's transaction, without the cost of its ORM."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


def run_prepared(sql: str, values: Sequence[Any]) -> psycopg.Cursor[Any]:
    """Run a statement that PostgreSQL parses once per connection, its values bound by the server.

    It belongs to the transaction in hand and its errors are Django's. Columns of JSON are read and written as text.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(sql, values, prepare=True)
