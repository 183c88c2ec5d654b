"""Statements sent as they are: prepared once per connection, values and rows as text, nothing adapted on the way.

For the two statements of each read of the record, its row and its event: adaptation cost several times their running.
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, cast

import psycopg
from django.db import connections
from psycopg import errors
from psycopg.pq import ExecStatus

Row = list[bytes | None]
_DONE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class Statement:
    """A statement whose values are `$1`, `$2`… in the text form of PostgreSQL."""

    def __init__(self, sql: str) -> None:
        self._sql = sql.encode()
        self._name = f"plain_{hashlib.sha256(self._sql).hexdigest()[:16]}".encode()

    def rows(self, values: Sequence[bytes | None]) -> list[Row]:
        """Run it in the transaction in hand, and return the rows as text; its errors are Django's."""
        django = connections["default"]
        django.ensure_connection()
        run = self._within if django.in_atomic_block else self._alone
        with django.wrap_database_errors:
            result = run(django.connection, values)
        columns = range(result.nfields)
        return [[result.get_value(row, column) for column in columns] for row in range(result.ntuples)]

    def _within(self, session: psycopg.Connection[Any], values: Sequence[bytes | None]) -> Any:
        """Let psycopg send it: it begins transactions, and knows what a rollback undid of its own statements."""
        told = [None if value is None else value.decode() for value in values]
        return psycopg.RawCursor(session).execute(self._sql, told, prepare=True).pgresult

    def _alone(self, session: psycopg.Connection[Any], told: Sequence[bytes | None]) -> Any:
        values = cast("Sequence[bytes]", told)  # null is None here too, whatever the annotation of psycopg says
        known: set[bytes] = session.__dict__.setdefault("passerelle_plain", set())
        if self._name in known:
            try:
                return _checked(session.pgconn.exec_prepared(self._name, values))
            except errors.InvalidSqlStatementName:  # after a rollback, psycopg has all statements forgotten
                known.clear()
        _checked(session.pgconn.prepare(self._name, self._sql))
        known.add(self._name)
        return _checked(session.pgconn.exec_prepared(self._name, values))


def _checked(result: Any) -> Any:
    if result.status not in _DONE:
        raise errors.error_from_result(result)
    return result


def as_array(words: Iterable[str]) -> bytes:
    """Return an array of text as PostgreSQL reads it."""
    return _array(tuple(words))


@lru_cache(maxsize=1024)
def _array(words: tuple[str, ...]) -> bytes:
    quoted = ('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)
    return ("{" + ",".join(quoted) + "}").encode()
