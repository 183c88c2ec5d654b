"""Statements of the path of messages: in Django's transaction, prepared once, the writes of a group sent together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

import psycopg
from django.db import connection, transaction

from passerelle.care.exchange.rows import Table
from passerelle.core.access import api as access

Values = Sequence[Any]
#: The values of a statement, by place or by name.
Bound = Values | Mapping[str, Any]
#: A statement, its values, how many rows it must insert (None: it may not matter).
Statement = tuple[str, Bound, int | None]
_FEWEST_TOGETHER = 4
_NOTHING_TO_OPEN = nullcontext()
_BY_INDEXES = """
    SELECT set_config(name, 'off', true)
    FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) AS name
"""


class SupposedWrong(Exception):
    """A row that a group supposed new was there already: the group is undone, its messages are taken one by one."""


def ask(sql: str, values: Bound) -> psycopg.Cursor[Any]:
    """Run a statement that PostgreSQL parses once per connection, its values bound by the server.

    It sees what was written before it, belongs to the transaction in hand, and its errors are Django's. Columns of JSON
    are read and written as text.
    """
    gathered = _gathered.get()
    if gathered is not None:
        gathered.send()
    connection.ensure_connection()
    session, told = connection.connection, access.to_tell(sql)
    with connection.wrap_database_errors:
        if told is None:
            return psycopg.Cursor(session).execute(sql, values, prepare=True)
        with session.pipeline():
            psycopg.Cursor(session).execute(*told, prepare=True)
            return psycopg.Cursor(session).execute(sql, values, prepare=True)


def expect_many_rows() -> None:
    """Let statements prepared in this transaction go by the indexes, whatever the size of tables when planned."""
    ask(_BY_INDEXES, ())


def commit_soon() -> None:
    """Let this transaction end before its commit is on disk, a moment later: a crash may undo it, whole.

    Only for what is done again, and the same, when it is undone; `docs/adr/0013-applying-commits-soon.md` says why.
    """
    ask("SET LOCAL synchronous_commit = off", ())


def write(sql: str, values: Bound) -> None:
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


def insert_row(table: Table, values: Values) -> bool:
    """Do as `insert_new` for a row of a declared table; in a group the rows of a table travel in one COPY.

    They are written before the statements gathered with them.
    """
    gathered = _gathered.get()
    if gathered is None:
        return ask(table.insert_new, values).rowcount == 1
    gathered.rows.setdefault(table, []).append(values)
    return True


def insert_missing(table: Table, values: Values) -> None:
    """Insert a row of a declared table unless it is there already, without supposing either; no column is an array."""
    gathered = _gathered.get()
    if gathered is None:
        ask(table.insert_new, values)
    else:
        gathered.missing.setdefault(table, []).append(values)


def in_transaction() -> AbstractContextManager[None]:
    """Do a block in one transaction: that of the group when there is one, which costs nothing, else its own."""
    return _NOTHING_TO_OPEN if _gathered.get() is not None else transaction.atomic(savepoint=False)


class Gathered:
    """Writes that wait to be sent together: before anything else is asked, or at the end of the group."""

    def __init__(self) -> None:
        self.rows: dict[Table, list[Values]] = {}
        self.missing: dict[Table, list[Values]] = {}
        self._waiting: list[Statement] = []
        self.others_wrote = False

    def add(self, sql: str, values: Bound, *, is_new: bool = False) -> None:
        self._waiting.append((sql, values, 1 if is_new else None))

    def send(self) -> None:
        """Send what waits.

        Raises:
            SupposedWrong: a row was not new.
        """
        rows, self.rows = self.rows, {}
        missing, self.missing = self.missing, {}
        waiting, self._waiting = self._waiting, []
        perhaps: list[Statement] = [
            (table.insert_missing, [list(column) for column in zip(*given, strict=True)], None)
            for table, given in missing.items()
        ]
        is_behind, inserted = access.is_behind(), list[Statement]()
        for table, given in rows.items():
            if len(given) < _FEWEST_TOGETHER or (is_behind and not table.may_be_told):
                inserted += [(table.insert_new, values, 1) for values in given]
            elif is_behind:  # policies refuse a COPY
                inserted.append((table.insert_told, [table.told(given)], len(given)))
            else:
                copy_new(table, given)
        if statements := inserted + perhaps + waiting:
            _send(statements)

    def before(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """Let a query of Django see what was written before it, and note when it writes (`execute_wrapper`)."""
        self.send()
        self.others_wrote |= not sql.startswith("SELECT")
        return execute(sql, *rest)


def copy_new(table: Table, rows: Sequence[Values]) -> None:
    """Insert rows that are all new, in one COPY.

    Raises:
        SupposedWrong: one was there already.
    """
    with connection.wrap_database_errors:
        try:
            with psycopg.Cursor(connection.connection).copy(table.copy) as copy:
                copy.write(table.content(rows))
        except psycopg.errors.UniqueViolation as error:
            raise SupposedWrong from error


def _send(statements: Sequence[Statement]) -> None:
    session = connection.connection
    told = next(filter(None, (access.to_tell(sql) for sql, _, _ in statements)), None)
    with connection.wrap_database_errors, session.pipeline():
        if told is not None:
            psycopg.Cursor(session).execute(*told, prepare=True)
        sent = [psycopg.Cursor(session).execute(sql, values, prepare=True) for sql, values, _ in statements]
    made = zip(sent, statements, strict=True)
    if any(expected is not None and cursor.rowcount != expected for cursor, (_, _, expected) in made):
        raise SupposedWrong


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
