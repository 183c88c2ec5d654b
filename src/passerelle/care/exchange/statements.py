"""Statements of the path of messages: in Django's transaction, prepared once, the writes of a group sent together."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
from django.db import connection

Values = Sequence[Any]


class SupposedWrong(Exception):
    """A row that a group supposed new was there already: the group is undone, its messages are taken one by one."""


def ask(sql: str, values: Values) -> psycopg.Cursor[Any]:
    """Run a statement that PostgreSQL parses once per connection, its values bound by the server.

    It sees what was written before it, belongs to the transaction in hand, and its errors are Django's. Columns of JSON
    are read and written as text.
    """
    gathered = _gathered.get()
    if gathered is not None:
        gathered.send()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(sql, values, prepare=True)


def write(sql: str, values: Values) -> None:
    """Run a write whose answer nobody waits for: at once, or in a group with the other writes."""
    gathered = _gathered.get()
    if gathered is None:
        ask(sql, values)
    else:
        gathered.add(sql, values)


def insert_new(sql: str, values: Values) -> bool:
    """Insert a row (`ON CONFLICT DO NOTHING`); False when it is there already.

    In a group the answer is always True, and `SupposedWrong` comes later if that was not so.
    """
    gathered = _gathered.get()
    if gathered is None:
        return ask(sql, values).rowcount == 1
    gathered.add(sql, values, is_new=True)
    return True


class Gathered:
    """Writes that wait to be sent in one pipeline: before anything else is asked, or at the end of the group."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Values, bool]] = []
        self.others_wrote = False

    def add(self, sql: str, values: Values, *, is_new: bool = False) -> None:
        self._waiting.append((sql, values, is_new))

    def send(self) -> None:
        """Send what waits.

        Raises:
            SupposedWrong: a row was not new.
        """
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        session = connection.connection
        with connection.wrap_database_errors, session.pipeline():
            sent = [psycopg.Cursor(session).execute(sql, values, prepare=True) for sql, values, _ in waiting]
        if any(is_new and cursor.rowcount != 1 for cursor, (_, _, is_new) in zip(sent, waiting, strict=True)):
            raise SupposedWrong

    def before(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """Let a query of Django see what was written before it, and note when it writes (`execute_wrapper`)."""
        self.send()
        self.others_wrote |= not sql.startswith("SELECT")
        return execute(sql, *rest)


_gathered: ContextVar[Gathered | None] = ContextVar("gathered_writes", default=None)


@contextmanager
def gathering_writes() -> Iterator[Gathered]:
    """Gather the writes of this block, which is inside one transaction; all are sent when it ends well."""
    gathered = Gathered()
    token = _gathered.set(gathered)
    try:
        with connection.execute_wrapper(gathered.before):
            yield gathered
            gathered.send()
    finally:
        _gathered.reset(token)
