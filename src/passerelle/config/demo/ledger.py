"""How far the building of the demonstration went, kept in the database it fills.

The table is made by the demonstration itself, never by a migration: a house in production has none.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

_TABLES = """
CREATE TABLE IF NOT EXISTS demo_territory (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    persons integer NOT NULL,
    today date NOT NULL,
    started_at timestamptz NOT NULL,
    built_at timestamptz
);
CREATE TABLE IF NOT EXISTS demo_chunk (number integer PRIMARY KEY);
"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was begun: how many persons, ending on which day; `built_at` is None until all of it is there."""

    persons: int
    today: date
    started_at: datetime
    built_at: datetime | None


def read_ledger() -> Ledger | None:
    """Return what was begun in this database, None when nothing was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('demo_territory') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return None
        cursor.execute("SELECT persons, today, started_at, built_at FROM demo_territory")
        row = cursor.fetchone()
    return Ledger(*row) if row else None


def open_ledger(*, persons: int, today: date, at: datetime) -> Ledger:
    """Note that a building begins, or return the one that began: it goes on with its own persons and day."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.execute(
            "INSERT INTO demo_territory (persons, today, started_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [persons, today, at],
        )
    found = read_ledger()
    assert found is not None  # noqa: S101 - written just above
    return found


def close_ledger(*, at: datetime) -> None:
    """Note that all of the territory is there."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE demo_territory SET built_at = %s", [at])


def note_chunk(number: int) -> None:
    """Note a chunk in the transaction that loads it.

    Raises:
        IntegrityError: it is already there.
    """
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO demo_chunk (number) VALUES (%s)", [number])


def chunks_done() -> set[int]:
    """Return the chunks already loaded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM demo_chunk")
        return {number for (number,) in cursor.fetchall()}
